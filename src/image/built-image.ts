import type { Digest } from "../digest.ts";
import type { EffectiveSettings } from "./config.ts";
import type { Layer } from "./layers/layer.ts";

/**
 * An image that qclock assembled: everything that the Engine needs, all digests known, and what
 * further images that stand on it inherit.
 */
export interface BuiltImage {
  readonly image: string;
  readonly reference: string;
  readonly fingerprint: Digest;
  /** The OCI configuration's exact bytes. */
  readonly config: Uint8Array;
  readonly configDigest: Digest;
  readonly manifest: Uint8Array;
  readonly manifestDigest: Digest;
  /** Parents' layers first. */
  readonly layers: readonly Layer[];
  readonly settings: EffectiveSettings;
  /** Its packages that nothing proves, and its parents', as `name version`. */
  readonly unsigned: readonly string[];
}
