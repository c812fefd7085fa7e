import { ReadonlyVariable } from "./variables.ts";
import type { Shell } from "./shell.ts";

/** An error that ends a shell, unless a built-in command that is not special raised it. */
export class ShellFailure extends Error {
  override readonly name = "ShellFailure";
}

/** The shell ends with its `status`. */
export class ShellExit extends Error {
  override readonly name = "ShellExit";
  /** `replaced` and `killed`: no trap runs any more. */
  readonly kind: "exit" | "end" | "replaced" | "killed";

  constructor(kind: ShellExit["kind"]) {
    super(kind);
    this.kind = kind;
  }
}

/** Say what is wrong as dash does, and raise the error. */
export function fail(shell: Shell, message: string): never {
  warn(shell, message);
  shell.status = 2;
  throw new ShellFailure(message);
}

export function warn(shell: Shell, message: string): void {
  const command = shell.commandName === undefined ? "" : `${shell.commandName}: `;
  shell.write(2, `${shell.name}: ${shell.line}: ${command}${message}\n`);
}

/** Assign, where a read-only variable is an error of the shell. */
export function assign(
  shell: Shell,
  name: string,
  value: string | undefined,
  flags: Parameters<Shell["variables"]["set"]>[2] = {},
): void {
  const isExported = shell.options.has("allexport") ? { isExported: true } : {};
  try {
    shell.variables.set(name, value, { ...isExported, ...flags });
  } catch (error) {
    if (error instanceof ReadonlyVariable) fail(shell, `${name}: is read only`);
    throw error;
  }
}

/** An integer of an argument, as `break` and `exit` take it. */
export function numberOf(shell: Shell, text: string): number {
  if (!/^\d+$/.test(text)) fail(shell, `Illegal number: ${text}`);
  return Number(text);
}

/** Take note of where the script is. */
export function noteLine(shell: Shell, line: number): void {
  shell.line = line;
  shell.world.line = line;
  shell.world.script = shell.script;
}
