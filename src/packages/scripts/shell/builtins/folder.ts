import { RootError } from "../../root.ts";
import { fail } from "../execute/failure.ts";
import type { Builtin, BuiltinCall, Shell } from "../execute/shell.ts";
import { parseOptions, print } from "./options.ts";

export const folderBuiltins: readonly (readonly [string, Builtin])[] = [
  ["cd", { run: changeFolder }],
  ["chdir", { run: changeFolder }],
  ["pwd", { run: printFolder }],
];

function changeFolder(shell: Shell, { args }: BuiltinCall): number {
  const { found, operands } = parseOptions(shell, args, "LP");
  const isPhysical = found.at(-1)?.[0] === "P";
  const [wanted = shell.variables.get("HOME") ?? ""] = operands;
  if (wanted === "-") return change(shell, shell.variables.get("OLDPWD") ?? "", isPhysical, true);
  const isAsItIs = wanted.startsWith("/") || /^\.{1,2}(?:\/|$)/.test(wanted);
  const folders = isAsItIs ? [] : (shell.variables.get("CDPATH") ?? "").split(":");
  for (const folder of folders) {
    if (folder === "") continue;
    const candidate = `${folder}/${wanted}`;
    if (shell.world.root.stat(shell.path(candidate))?.kind !== "directory") continue;
    return change(shell, candidate, isPhysical, true);
  }
  return change(shell, wanted === "" ? "." : wanted, isPhysical, false);
}

function change(shell: Shell, to: string, isPhysical: boolean, isTold: boolean): number {
  const { root } = shell.world;
  const goal = isPhysical ? shell.path(to === "" ? "." : to) : normalise(shell, to);
  const status = root.stat(goal);
  if (status?.kind !== "directory") return fail(shell, `can't cd to ${to}`);
  const before = shell.cwd;
  shell.cwd = isPhysical ? physical(shell, goal) : goal;
  shell.variables.set("OLDPWD", before, { isExported: true });
  shell.variables.set("PWD", shell.cwd, { isExported: true });
  return isTold ? print(shell, `${shell.cwd}\n`) : 0;
}

/** `..` takes a name off what is before it, whatever links there are, as `cd -L` does. */
function normalise(shell: Shell, to: string): string {
  const steps: string[] = [];
  for (const step of shell.path(to === "" ? "." : to).split("/")) {
    if (step === "" || step === ".") continue;
    if (step === "..") steps.pop();
    else steps.push(step);
  }
  // Two slashes in front, and no more, are kept: POSIX leaves their meaning open.
  const isDouble = /^\/\/(?!\/)/.test(shell.path(to));
  return `${isDouble ? "//" : "/"}${steps.join("/")}`;
}

function printFolder(shell: Shell, { args }: BuiltinCall): number {
  const { found } = parseOptions(shell, args, "LP");
  const isPhysical = found.at(-1)?.[0] === "P";
  return print(shell, `${isPhysical ? physical(shell, shell.cwd) : shell.cwd}\n`);
}

function physical(shell: Shell, path: string): string {
  try {
    return shell.world.root.realpath(path);
  } catch (error) {
    if (error instanceof RootError) return path;
    throw error;
  }
}
