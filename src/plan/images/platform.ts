import { QclockError } from "../../error.ts";
import { isArchitecture, platforms } from "../../os.ts";
import type { Stack } from "../../stack/stack.ts";
import type { EngineFacts } from "../observed.ts";

type Machine = Pick<EngineFacts, "architecture">;
type Made = Pick<Stack, "architecture">;

/**
 * Whether images of the stack are for other machines than the Engine's, so that they cannot run
 * there. An Engine that does not say what its machine is counts as fitting; one that could emulate
 * another does not tell, and is taken for what it is.
 */
export function isForeign({ architecture }: Made, engine: Machine): boolean {
  return engine.architecture !== "" && engine.architecture !== architecture;
}

/** The error of asking an Engine to run what it cannot. */
export function foreignPlatform(stack: Made, engine: Machine): QclockError {
  const wanted = platforms[stack.architecture].name;
  const { architecture: here } = engine;
  const native = isArchitecture(here)
    ? ` Images for this Engine: --platform ${nameOf(engine)}.`
    : "";
  return new QclockError(
    "engine-platform",
    `The Engine runs ${nameOf(engine)}, and cannot run images for ${wanted}.`,
    {
      hint: `Carry them to a machine that can: qclock bundle save FILE --images --platform ${wanted}.${native}`,
    },
  );
}

/** How people write the Engine's platform: `linux/amd64`. */
export function nameOf({ architecture }: Machine): string {
  return isArchitecture(architecture) ? platforms[architecture].name : `linux/${architecture}`;
}
