import type { LuaValue } from "./value.ts";

/** A local variable. Functions that know it share it. */
export interface Cell {
  value: LuaValue;
}

/** Local variables of a block. */
export class Scope {
  readonly variables = new Map<string, Cell>();
  readonly above: Scope | undefined;
  /** Of the function around; undefined where it has none. */
  readonly varargs: readonly LuaValue[] | undefined;
  /** Made in the branch of a child process, which may change no other variables. */
  readonly isChild: boolean;

  constructor(
    above: Scope | undefined,
    varargs: readonly LuaValue[] | undefined,
    isChild: boolean,
  ) {
    this.above = above;
    this.varargs = varargs;
    this.isChild = isChild;
  }
}

/** The nearest variable of that name, and whether a child process made it. */
export function findVariable(
  scope: Scope,
  name: string,
): { readonly cell: Cell; readonly isChild: boolean } | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.above) {
    const cell = at.variables.get(name);
    if (cell !== undefined) return { cell, isChild: at.isChild };
  }
  return undefined;
}
