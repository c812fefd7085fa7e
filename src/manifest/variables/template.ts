/** What may follow a variable's name in braces. With a colon an empty value counts as unset. */
export type Operator = ":-" | "-" | ":?" | "?" | ":+" | "+";

/** A piece of a text with variables; `start` and `end` are offsets in the whole text. */
export type TemplatePart = TextPart | VariablePart | InvalidPart;

export interface TextPart {
  readonly type: "text";
  readonly text: string;
}

export interface VariablePart {
  readonly type: "variable";
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** Absent for `$NAME` and `${NAME}`. */
  readonly modifier?: { readonly operator: Operator; readonly word: readonly TemplatePart[] };
}

export interface InvalidPart {
  readonly type: "invalid";
  readonly reason: "not-a-variable" | "too-deep";
  readonly start: number;
  readonly end: number;
}

/** How many variables may stand inside each other's defaults. */
export const maximumNesting = 16;

/**
 * Read a text with variables: `$NAME`, `${NAME}`, `${NAME:-word}` and so on, `$$` for a dollar
 * sign. A word ends at the brace that closes its own: braces inside of it count in pairs, so that
 * JSON can be a default. Where they do not pair up, only those of variables count. Linear in the
 * text's length.
 *
 * Source: compose specification, "Interpolation", and what compose 2.26 was seen to do.
 */
export function parseTemplate(source: string): readonly TemplatePart[] {
  return parseParts({
    source,
    closings: findClosings(source),
    start: 0,
    end: source.length,
    depth: 0,
  });
}

/** Every variable that a text names, also those in words that may not be needed. */
export function variablesOf(parts: readonly TemplatePart[]): readonly VariablePart[] {
  return parts.flatMap((part) =>
    part.type === "variable" ? [part, ...variablesOf(part.modifier?.word ?? [])] : [],
  );
}

interface Range {
  readonly source: string;
  readonly closings: Closings;
  readonly start: number;
  readonly end: number;
  readonly depth: number;
}

/** Offset of the brace that closes the one at an offset. */
interface Closings {
  readonly paired: ReadonlyMap<number, number>;
  /** Where only the braces of variables count. */
  readonly ofVariables: ReadonlyMap<number, number>;
}

function findClosings(source: string): Closings {
  const paired = new Map<number, number>();
  const ofVariables = new Map<number, number>();
  const open: number[] = [];
  const openVariables: number[] = [];
  for (let index = 0; index < source.length; index++) {
    const character = source[index];
    if (character === "{") {
      open.push(index);
      if (source[index - 1] === "$") openVariables.push(index);
    } else if (character === "}") {
      close(open, index, paired);
      close(openVariables, index, ofVariables);
    }
  }
  return { paired, ofVariables };
}

function close(open: number[], index: number, closings: Map<number, number>): void {
  const opening = open.pop();
  if (opening !== undefined) closings.set(opening, index);
}

function parseParts(range: Range): readonly TemplatePart[] {
  const { source, end } = range;
  const parts: TemplatePart[] = [];
  let index = range.start;
  while (index < end) {
    const found = source.indexOf("$", index);
    const dollar = found === -1 || found >= end ? end : found;
    if (dollar > index) parts.push({ type: "text", text: source.slice(index, dollar) });
    if (dollar === end) break;
    const next = source[dollar + 1];
    if (next === "{") {
      const part = parseBraced(range, dollar);
      parts.push(part);
      index = part.end;
      continue;
    }
    const name = nameAt(source, dollar + 1);
    if (name === "") parts.push({ type: "text", text: "$" });
    else parts.push({ type: "variable", name, start: dollar, end: dollar + 1 + name.length });
    index = dollar + (next === "$" ? 2 : 1 + name.length);
  }
  return parts;
}

function parseBraced(range: Range, start: number): VariablePart | InvalidPart {
  const { source, depth } = range;
  const closing = closingOf(range, start + 1);
  if (closing === undefined) {
    return { type: "invalid", reason: "not-a-variable", start, end: range.end };
  }
  const end = closing + 1;
  if (depth === maximumNesting) return { type: "invalid", reason: "too-deep", start, end };
  const name = nameAt(source, start + 2);
  const afterName = start + 2 + name.length;
  if (name !== "" && afterName === closing) return { type: "variable", name, start, end };
  const operator = operatorAt(source, afterName);
  if (name === "" || operator === undefined) {
    return { type: "invalid", reason: "not-a-variable", start, end };
  }
  const word = parseParts({
    ...range,
    start: afterName + operator.length,
    end: closing,
    depth: depth + 1,
  });
  return { type: "variable", name, start, end, modifier: { operator, word } };
}

function closingOf({ closings, end }: Range, opening: number): number | undefined {
  const candidates = [closings.paired.get(opening), closings.ofVariables.get(opening)];
  return candidates.find((closing) => closing !== undefined && closing < end);
}

const operators: readonly Operator[] = [":-", ":?", ":+", "-", "?", "+"];

function operatorAt(source: string, start: number): Operator | undefined {
  return operators.find((operator) => source.startsWith(operator, start));
}

const namePattern = /[A-Za-z_][A-Za-z0-9_]*/y;

function nameAt(source: string, start: number): string {
  namePattern.lastIndex = start;
  const [name = ""] = namePattern.exec(source) ?? [];
  return name;
}
