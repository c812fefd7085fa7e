import { DEFAULT_PATH, findInPath } from "../execute/find-command.ts";
import { warn } from "../execute/failure.ts";
import type { Builtin, BuiltinCall, Shell } from "../execute/shell.ts";
import { isKeyword } from "../parse/tokens.ts";
import { quoteSingle } from "./quote-single.ts";
import { parseOptions, print } from "./options.ts";

/** Commands that say what a name stands for. */
export const descriptionBuiltins: readonly (readonly [string, Builtin])[] = [
  ["type", { run: type }],
  ["command", { run: command }],
  ["hash", { run: hash }],
];

const NOT_FOUND = 127;

function type(shell: Shell, { args }: BuiltinCall): number {
  let status = 0;
  for (const name of args) status |= describe(shell, name, { isVerbose: true });
  return status;
}

/** Only `command -v` and `-V` come here: others are seen to before the arguments are expanded. */
function command(shell: Shell, { args }: BuiltinCall): number {
  const { found, operands } = parseOptions(shell, args, "pvV");
  const [name] = operands;
  const letters = found.map(([letter]) => letter);
  if (name === undefined || !letters.some((letter) => letter !== "p")) return 0;
  const path = letters.includes("p") ? DEFAULT_PATH : undefined;
  return describe(shell, name, { isVerbose: letters.includes("V"), path });
}

/** There is no table to keep; only whether the programs are there is told. */
function hash(shell: Shell, { args }: BuiltinCall): number {
  const { operands } = parseOptions(shell, args, "rv");
  let status = 0;
  for (const name of operands) {
    const { world } = shell;
    const isThere =
      shell.functions.has(name) ||
      world.interpreter.findBuiltin(shell, name) !== undefined ||
      findInPath(shell, name) !== undefined;
    if (isThere) continue;
    warn(shell, `${name}: not found`);
    status = 1;
  }
  return status;
}

function describe(
  shell: Shell,
  name: string,
  { isVerbose, path }: { readonly isVerbose: boolean; readonly path?: string | undefined },
): number {
  const say = (verbose: string, brief: string) =>
    print(shell, isVerbose ? `${name}${verbose}\n` : `${brief}\n`);
  if (isKeyword(name)) return say(" is a shell keyword", name);
  const alias = shell.aliases.get(name);
  if (alias !== undefined) {
    return say(` is an alias for ${alias}`, `alias ${name}=${quoteSingle(alias)}`);
  }
  if (shell.functions.has(name)) return say(" is a shell function", name);
  const builtin = shell.world.interpreter.findBuiltin(shell, name);
  if (builtin !== undefined) {
    return say(` is a ${builtin.isSpecial === true ? "special " : ""}shell builtin`, name);
  }
  const found = name.includes("/") ? fileAt(shell, name) : findInPath(shell, name, path);
  if (found !== undefined) return say(` is ${found}`, found);
  if (isVerbose) print(shell, `${name}: not found\n`);
  return NOT_FOUND;
}

function fileAt(shell: Shell, name: string): string | undefined {
  return shell.world.root.stat(shell.path(name)) === undefined ? undefined : name;
}
