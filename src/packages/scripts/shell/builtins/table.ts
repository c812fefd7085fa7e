import type { Builtin, Shell } from "../execute/shell.ts";
import { bashBuiltins } from "./bash.ts";
import { aliasBuiltins } from "./alias.ts";
import { controlBuiltins } from "./control.ts";
import { descriptionBuiltins } from "./describe.ts";
import { echo } from "./echo.ts";
import { folderBuiltins } from "./folder.ts";
import { getopts } from "./getopts.ts";
import { jobBuiltins } from "./jobs.ts";
import { printf } from "./printf.ts";
import { read } from "./read.ts";
import { set, shift } from "./set.ts";
import { test } from "./test.ts";
import { trap } from "./trap.ts";
import { umask } from "./umask.ts";
import { variableBuiltins } from "./variables.ts";

const builtins: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ...controlBuiltins,
  ...descriptionBuiltins,
  ...variableBuiltins,
  ...folderBuiltins,
  ...jobBuiltins,
  ...aliasBuiltins,
  ["echo", { run: echo }],
  ["printf", { run: printf }],
  ["test", { run: test }],
  ["[", { run: test }],
  ["read", { run: read }],
  ["getopts", { run: getopts }],
  ["set", { run: set, isSpecial: true }],
  ["shift", { run: shift, isSpecial: true }],
  ["trap", { run: trap, isSpecial: true }],
  ["umask", { run: umask }],
]);

/** A built-in command by its name, of the shell's dialect. */
export function findBuiltin(shell: Shell, name: string): Builtin | undefined {
  return (shell.dialect === "bash" ? bashBuiltins.get(name) : undefined) ?? builtins.get(name);
}
