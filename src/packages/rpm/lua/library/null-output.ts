import type { Output } from "../../../scripts/command.ts";

/** /dev/null, to write to. */
export const nullOutput: Output = { write: () => undefined };
