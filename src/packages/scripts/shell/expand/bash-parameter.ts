import { evaluateArithmetic } from "../arithmetic/evaluate.ts";
import type { Shell } from "../execute/shell.ts";
import type { ParameterOperator, ParameterPart, Word } from "../tree.ts";
import { parameterValue, separator } from "./parameter-value.ts";
import { compilePattern, prefixes, reverse, reversed } from "./pattern.ts";
import { trim } from "./trim.ts";

interface Surroundings {
  readonly isQuoted: boolean;
  readonly isSplit: boolean;
  readonly expand: (word: Word | undefined, keepsQuotes: boolean) => string;
}

const BASH_OPERATORS: ReadonlySet<ParameterOperator> = new Set([
  "replace",
  "slice",
  "upper",
  "upper-first",
  "lower",
  "lower-first",
  "indirect",
  "keys",
]);

export function isBashOperator(operator: ParameterOperator): boolean {
  return BASH_OPERATORS.has(operator);
}

/** Whether an expansion changes each element of `$@`, `$*` or an array by itself. */
export function changesEach({ name, index, operator }: ParameterPart): boolean {
  const list = index ?? name;
  const isChange = isBashOperator(operator) || operator.startsWith("trim-");
  return isChange && (list === "@" || list === "*");
}

/** Expansions that only bash knows: arrays, `${x/a/b}`, `${x:1:2}`, `${x^^}`, `${!x}`. */
export function expandBashParameter(
  shell: Shell,
  part: ParameterPart,
  surroundings: Surroundings,
): { readonly text: string; readonly isList: boolean } {
  const list = part.index ?? part.name;
  const isAll = list === "@" || list === "*";
  const isList = list === "@" && surroundings.isQuoted && surroundings.isSplit;
  const values = valuesOf(shell, part, surroundings);
  const isSpaced = !isAll || (list === "@" && !surroundings.isSplit);
  const by = isSpaced ? " " : separator(shell, { name: list, ...surroundings });
  const joined = (texts: readonly string[]) => ({
    text: texts.join(by),
    isList: isList && texts.length > 0,
  });
  if (part.operator === "length") {
    const length = isAll ? values.length : (values[0]?.length ?? 0);
    return { text: `${length}`, isList: false };
  }
  if (part.operator === "slice" && isAll) {
    return joined(sliceList(shell, part, values, surroundings));
  }
  const changed = values.map((value) => change(shell, part, { value, surroundings }));
  if (values.every((value) => value === "" && part.isNullUnset)) {
    if (part.operator === "default") return { text: surroundings.expand(part.word, false), isList };
  } else if (part.operator === "alternative") {
    return { text: surroundings.expand(part.word, false), isList };
  }
  return joined(changed);
}

function valuesOf(
  shell: Shell,
  part: ParameterPart,
  { isQuoted, isSplit }: Surroundings,
): readonly string[] {
  const { elements, value } = shell.variables.variable(part.name) ?? {};
  if (part.operator === "keys") return [...(elements?.keys() ?? [])].map(String);
  if (part.index === "@" || part.index === "*") {
    return elements === undefined ? (value === undefined ? [] : [value]) : [...elements.values()];
  }
  if (part.index !== undefined) {
    const text = part.index.plain ?? "0";
    const index = Number(evaluateArithmetic(shell, text));
    const only = elements === undefined && index === 0 ? value : undefined;
    const element = elements?.get(index) ?? only;
    return element === undefined ? [] : [element];
  }
  if (part.name === "@" || part.name === "*") return shell.parameters;
  const found = parameterValue(shell, part.name, { isQuoted, isSplit });
  if (part.operator !== "indirect") return found === undefined ? [] : [found];
  const target =
    found === undefined ? undefined : parameterValue(shell, found, { isQuoted, isSplit });
  return target === undefined ? [] : [target];
}

function change(
  shell: Shell,
  part: ParameterPart,
  { value, surroundings }: { value: string; surroundings: Surroundings },
): string {
  switch (part.operator) {
    case "replace":
      return replace(shell, part, { value, surroundings });
    case "slice": {
      const start = offset(shell, surroundings.expand(part.word, false), value.length);
      if (part.second === undefined) return value.slice(start);
      const length = Number(evaluateArithmetic(shell, surroundings.expand(part.second, false)));
      return length < 0 ? value.slice(start, length) : value.slice(start, start + length);
    }
    case "upper":
      return value.replaceAll(/[a-z]/g, (char) => char.toUpperCase());
    case "lower":
      return value.replaceAll(/[A-Z]/g, (char) => char.toLowerCase());
    case "upper-first":
      return value.replace(/^[a-z]/, (char) => char.toUpperCase());
    case "lower-first":
      return value.replace(/^[A-Z]/, (char) => char.toLowerCase());
    default:
      if (!part.operator.startsWith("trim-")) return value;
      return trim(shell, value, {
        pattern: surroundings.expand(part.word, true),
        operator: part.operator,
      });
  }
}

function sliceList(
  shell: Shell,
  part: ParameterPart,
  values: readonly string[],
  { expand }: Surroundings,
): readonly string[] {
  // `${@:1}` begins with `$1`: the list has `$0` in front.
  const list = part.name === "@" || part.name === "*" ? [shell.name, ...values] : values;
  const start = offset(shell, expand(part.word, false), list.length);
  const length =
    part.second === undefined
      ? list.length
      : Number(evaluateArithmetic(shell, expand(part.second, false)));
  return list.slice(start, start + length);
}

function offset(shell: Shell, text: string, length: number): number {
  const value = Number(evaluateArithmetic(shell, text));
  return value < 0 ? Math.max(0, length + value) : value;
}

/** Replaces the longest match at each place, from the left. */
function replace(
  shell: Shell,
  part: ParameterPart,
  { value, surroundings }: { value: string; surroundings: Surroundings },
): string {
  const { meter } = shell.world;
  const count = (work: number) => meter.work(64 * work);
  const pattern = compilePattern(surroundings.expand(part.word, true));
  const by = surroundings.expand(part.second, false);
  if (pattern.steps.length === 0) return value;
  if (part.replaces === "suffix") {
    const found = prefixes(reversed(pattern), reverse(value), count);
    return found === undefined ? value : value.slice(0, value.length - found.longest) + by;
  }
  let text = "";
  for (let at = 0; at <= value.length;) {
    const found = prefixes(pattern, value.slice(at), count);
    const length = found?.longest ?? 0;
    if (length === 0) {
      if (part.replaces === "prefix") return value;
      text += value[at] ?? "";
      at++;
      continue;
    }
    text += by;
    at += length;
    if (part.replaces !== "all") return text + value.slice(at);
    meter.checkLength(text.length);
  }
  return text;
}
