import type { Description } from "./description.ts";
import type { Shell } from "./shell.ts";

/** `set -x`: prints a command on the error output as it was before the command's redirections. */
export function trace(
  shell: Shell,
  output: Description | undefined,
  words: readonly string[],
): void {
  output?.write(`${shell.variables.get("PS4") ?? "+ "}${words.join(" ")}\n`);
}
