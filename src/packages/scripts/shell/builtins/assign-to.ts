import { evaluateArithmetic } from "../arithmetic/evaluate.ts";
import { expandFields, expandText } from "../expand/words.ts";
import { assign } from "../execute/failure.ts";
import type { Shell } from "../execute/shell.ts";
import type { Variable } from "../execute/variables.ts";
import type { Assignment } from "../tree.ts";

/** Carries out `name=value`, and bash's `name+=value`, `name=(…)` and `name[…]=value`. */
export function assignTo(
  shell: Shell,
  assignment: Assignment,
  flags: Partial<Variable> = {},
): string {
  const { name, value: word, isAppended, elements, index } = assignment;
  if (elements !== undefined) {
    const fields: string[] = [];
    for (const element of elements) expandFields(shell, element, fields);
    const before = isAppended ? [...(shell.variables.variable(name)?.elements ?? [])] : [];
    const start = before.length === 0 ? 0 : Math.max(...before.map(([each]) => each)) + 1;
    const added = fields.map((field, each): [number, string] => [start + each, field]);
    assign(shell, name, fields[0] ?? "", { ...flags, elements: new Map([...before, ...added]) });
    return `(${fields.join(" ")})`;
  }
  const text = expandText(shell, word, "assignment");
  if (index !== undefined) {
    const at = Number(evaluateArithmetic(shell, expandText(shell, index)));
    const array = new Map(shell.variables.variable(name)?.elements ?? []);
    array.set(at, isAppended ? (array.get(at) ?? "") + text : text);
    assign(shell, name, array.get(0), { ...flags, elements: array });
    return text;
  }
  const value = isAppended ? (shell.variables.get(name) ?? "") + text : text;
  assign(shell, name, value, flags);
  return value;
}
