/** A type of GVariant. Source: the GVariant specification, 2.2 and 2.5. */
export interface VariantType {
  readonly text: string;
  readonly code: string;
  /** Of the element, the members, or the key and the value. */
  readonly parts: readonly VariantType[];
  readonly alignment: number;
  /** Undefined where it depends on the value. */
  readonly size: number | undefined;
}

const BASIC: Readonly<Record<string, readonly [alignment: number, size: number | undefined]>> = {
  b: [1, 1],
  y: [1, 1],
  n: [2, 2],
  q: [2, 2],
  i: [4, 4],
  u: [4, 4],
  h: [4, 4],
  x: [8, 8],
  t: [8, 8],
  d: [8, 8],
  s: [1, undefined],
  o: [1, undefined],
  g: [1, undefined],
  v: [8, undefined],
};

/** Throws a `SyntaxError` for what is no type. */
export function parseVariantType(text: string): VariantType {
  const [type, rest] = readType(text, 0);
  if (rest !== "") throw new SyntaxError(`${text} is no type`);
  return type;
}

/** The type that a text begins with, and what follows. */
export function readType(text: string, depth: number): readonly [VariantType, string] {
  const code = text[0] ?? "";
  const basic = Object.hasOwn(BASIC, code) ? BASIC[code] : undefined;
  if (basic !== undefined) {
    return [{ text: code, code, parts: [], alignment: basic[0], size: basic[1] }, text.slice(1)];
  }
  if (depth > 60) throw new SyntaxError("a type within too many types");
  if (code === "a" || code === "m") {
    const [part, rest] = readType(text.slice(1), depth + 1);
    const { alignment } = part;
    return [{ text: code + part.text, code, parts: [part], alignment, size: undefined }, rest];
  }
  const end = { "(": ")", "{": "}" }[code];
  if (end === undefined) throw new SyntaxError(`${text} is no type`);
  const parts: VariantType[] = [];
  let rest = text.slice(1);
  while (rest !== "" && !rest.startsWith(end)) {
    const [part, more] = readType(rest, depth + 1);
    parts.push(part);
    rest = more;
  }
  if (rest === "" || (code === "{" && parts.length !== 2))
    throw new SyntaxError(`${text} is no type`);
  return [groupType(code === "(" ? "(" : "{", parts), rest.slice(1)];
}

/** A tuple, or an entry of a dictionary. */
export function groupType(code: "(" | "{", parts: readonly VariantType[]): VariantType {
  const alignment = Math.max(1, ...parts.map((part) => part.alignment));
  let size: number | undefined = 0;
  for (const part of parts) {
    if (size === undefined || part.size === undefined) size = undefined;
    else size = aligned(size, part.alignment) + part.size;
  }
  if (size !== undefined) size = parts.length === 0 ? 1 : aligned(size, alignment);
  const inner = parts.map((part) => part.text).join("");
  return { text: code + inner + (code === "(" ? ")" : "}"), code, parts, alignment, size };
}

export function aligned(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}
