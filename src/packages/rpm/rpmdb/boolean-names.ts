import { compareTexts } from "../../../order.ts";
import { type BooleanDependency, parseBoolean } from "../relations/boolean.ts";

/**
 * The names by which rpm finds a package that has a boolean dependency, in the order in which it
 * writes them: all names in it, and then, with `!` in front, those in its conditions: a package
 * that comes may break such a dependency. None for a text that is no such dependency.
 *
 * Source: rpm's lib/rpmdb.c, `updateRichDep`.
 */
export function namesInBoolean(text: string): readonly string[] {
  const names: Names = { plain: new Set(), conditions: new Set() };
  try {
    gather(parseBoolean(text), names);
  } catch {
    return [];
  }
  return [
    ...[...names.plain].toSorted(compareTexts),
    ...[...names.conditions].toSorted(compareTexts).map((name) => `!${name}`),
  ];
}

interface Names {
  readonly plain: Set<string>;
  readonly conditions: Set<string>;
}

function gather(dependency: BooleanDependency, names: Names): void {
  if (dependency.type === "one") {
    const { name } = dependency.capability;
    if (!name.startsWith("rpmlib(")) names.plain.add(name);
    return;
  }
  const { type, operands } = dependency;
  if (type !== "if" && type !== "unless") {
    for (const operand of operands) gather(operand, names);
    return;
  }
  const [asked, condition, otherwise] = operands;
  const opposite: Names = { plain: names.conditions, conditions: names.plain };
  if (asked !== undefined) gather(asked, names);
  if (condition !== undefined) gather(condition, opposite);
  if (otherwise === undefined) return;
  // What is asked for instead depends on the condition the other way round.
  if (condition !== undefined) gather(condition, names);
  gather(otherwise, names);
}
