import type { ImageView } from "../../installation.ts";

/**
 * The known effect of maintainer scripts, replayed as data. A step looks at what the image holds,
 * adds what the scripts would have made, and runs nothing.
 */
export interface FinishStep {
  readonly name: string;
  /** Packages whose scripts the step stands for. */
  readonly packages: readonly string[];
  apply(target: ImageView): Promise<void>;
}
