import type { CommandCall } from "../../scripts/command.ts";
import { luaOutput } from "../lua/lua-command.ts";
import { compareVersions } from "../relations/version.ts";
import { expandMacros } from "./expand-macros.ts";
import { readMacroFiles } from "./macro-files.ts";
import type { RpmMacros } from "./rpm-macros.ts";

/** The macros that rpm would have in the root of a script, `machine` as `uname -m` says it. */
export function macrosFor(call: CommandCall, machine: string): RpmMacros {
  const read = readMacroFiles(call, machine);
  const runLua = (text: string): string =>
    luaOutput(call, { text, machine, macrosFor: () => macros, compareVersions });
  const macros: RpmMacros = {
    expand: (text) => expandMacros({ ...read, call, runLua }, text),
    isDefined: (name) => read.definitions.has(name),
  };
  return macros;
}
