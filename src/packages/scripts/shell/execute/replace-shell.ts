import { ShellExit, warn } from "./failure.ts";
import type { Shell } from "./shell.ts";

/** `exec` with a command: the program takes the shell's place. */
export function replaceShell(shell: Shell, argv: readonly [string, ...string[]]): never {
  if (argv[0] === "") warn(shell, ": Permission denied");
  const env = shell.variables.environment();
  shell.status = shell.world.interpreter.runProgram(shell, { argv, env });
  throw new ShellExit("replaced");
}
