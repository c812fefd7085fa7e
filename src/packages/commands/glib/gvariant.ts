import { toBytes } from "../../scripts/bytes.ts";
import type { VariantNode } from "./variant-text.ts";
import { aligned, groupType, parseVariantType, type VariantType } from "./variant-type.ts";

/** A value with its type, in the bytes of its normal form. */
export interface GVariant {
  readonly type: VariantType;
  readonly bytes: Uint8Array;
}

/** A value of a type that is told. Throws a `SyntaxError` where it does not fit. */
export function variantOf(node: VariantNode, type: VariantType): GVariant {
  return { type, bytes: bytesOf(node, type) };
}

/** Several values as one. */
export function tupleOf(members: readonly GVariant[]): GVariant {
  const type = groupType(
    "(",
    members.map((member) => member.type),
  );
  return {
    type,
    bytes: groupBytes(
      type,
      members.map((member) => member.bytes),
    ),
  };
}

/** Values of one type. */
export function arrayOf(element: VariantType, items: readonly GVariant[]): GVariant {
  const type = parseVariantType(`a${element.text}`);
  return {
    type,
    bytes: arrayBytes(
      element,
      items.map((item) => item.bytes),
    ),
  };
}

/** A key and a value of a dictionary. */
export function entryOf(key: GVariant, value: GVariant): GVariant {
  const type = groupType("{", [key.type, value.type]);
  return { type, bytes: groupBytes(type, [key.bytes, value.bytes]) };
}

/** A text, as a string of bytes. */
export function stringVariant(text: string): GVariant {
  return { type: parseVariantType("s"), bytes: toBytes(`${text}\0`) };
}

/** A single byte, by its character. */
export function byteVariant(character: string): GVariant {
  return { type: parseVariantType("y"), bytes: toBytes(character) };
}

/** A value as one of type `v`, which tells its own type. */
export function boxed(value: GVariant): GVariant {
  return { type: parseVariantType("v"), bytes: variantBytes(value) };
}

/** The bytes of a value of type `v`. */
export function variantBytes({ type, bytes }: GVariant): Uint8Array {
  return Buffer.concat([bytes, toBytes(`\0${type.text}`)]);
}

function bytesOf(node: VariantNode, type: VariantType): Uint8Array {
  if (node.kind === "typed") {
    if (node.type.text !== type.text) return wrong(type);
    return bytesOf(node.value, type);
  }
  const [first, second] = type.parts;
  switch (type.code) {
    case "b":
      return node.kind === "boolean" ? Buffer.from([node.isTrue ? 1 : 0]) : wrong(type);
    case "s":
    case "o":
    case "g":
      return node.kind === "string" ? toBytes(`${node.text}\0`) : wrong(type);
    case "v":
      return node.kind === "variant"
        ? variantBytes(variantOf(node.value, inferredType(node.value)))
        : wrong(type);
    case "m": {
      if (first === undefined) return wrong(type);
      if (node.kind === "maybe" && node.value === undefined) return new Uint8Array();
      const value = bytesOf(node.kind === "maybe" ? (node.value ?? node) : node, first);
      return first.size === undefined ? Buffer.concat([value, Buffer.of(0)]) : value;
    }
    case "a":
      if (first === undefined) return wrong(type);
      if (node.kind === "bytes" && first.code === "y") return toBytes(`${node.text}\0`);
      return arrayBytes(
        first,
        elementsOf(node, type).map((element) => bytesOf(element, first)),
      );
    case "{":
      if (node.kind !== "entry" || first === undefined || second === undefined) return wrong(type);
      return groupBytes(type, [bytesOf(node.pair[0], first), bytesOf(node.pair[1], second)]);
    case "(": {
      if (node.kind !== "tuple" || node.items.length !== type.parts.length) return wrong(type);
      const members = type.parts.map((part, index) => {
        const item = node.items[index];
        return item === undefined ? wrong(type) : bytesOf(item, part);
      });
      return groupBytes(type, members);
    }
    default:
      return node.kind === "number" ? numberBytes(node.text, type) : wrong(type);
  }
}

function elementsOf(node: VariantNode, type: VariantType): readonly VariantNode[] {
  if (node.kind === "array") return node.items;
  const isDictionary = node.kind === "dictionary" && type.parts[0]?.code === "{";
  return isDictionary ? node.items.map((pair) => ({ kind: "entry", pair })) : wrong(type);
}

/** The type that GLib gives a value that nobody told one. */
function inferredType(node: VariantNode): VariantType {
  return parseVariantType(inferred(node));
}

function inferred(node: VariantNode): string {
  const firstOf = (items: readonly VariantNode[]): string => {
    const [first] = items;
    if (first === undefined) throw new SyntaxError("an empty value without a type");
    return inferred(first);
  };
  switch (node.kind) {
    case "number":
      return /^[-+]?(?:0x[0-9a-f]+|\d+)$/i.test(node.text) ? "i" : "d";
    case "string":
      return "s";
    case "bytes":
      return "ay";
    case "boolean":
      return "b";
    case "array":
      return `a${firstOf(node.items)}`;
    case "tuple":
      return `(${node.items.map(inferred).join("")})`;
    case "dictionary":
      return `a{${firstOf(node.items.map(([key]) => key))}${firstOf(node.items.map(([, value]) => value))}}`;
    case "entry":
      return `{${inferred(node.pair[0])}${inferred(node.pair[1])}}`;
    case "variant":
      return "v";
    case "maybe":
      return `m${firstOf(node.value === undefined ? [] : [node.value])}`;
    case "typed":
      return node.type.text;
  }
}

const INTEGERS: Readonly<Record<string, readonly [bits: number, isSigned: boolean]>> = {
  y: [8, false],
  n: [16, true],
  q: [16, false],
  i: [32, true],
  u: [32, false],
  h: [32, true],
  x: [64, true],
  t: [64, false],
};

function numberBytes(text: string, type: VariantType): Uint8Array {
  const bytes = Buffer.alloc(type.size ?? 0);
  if (type.code === "d") {
    bytes.writeDoubleLE(doubleOf(text));
    return bytes;
  }
  const [bits = 0, isSigned = false] = INTEGERS[type.code] ?? [];
  const value = integerOf(text);
  const least = isSigned ? -(2n ** BigInt(bits - 1)) : 0n;
  const most = 2n ** BigInt(isSigned ? bits - 1 : bits) - 1n;
  if (bits === 0 || value < least || value > most) return wrong(type);
  const unsigned = BigInt.asUintN(bits, value);
  for (let at = 0; at < bytes.length; at++)
    bytes[at] = Number((unsigned >> BigInt(8 * at)) & 0xffn);
  return bytes;
}

/** As strtoull(3) with the base 0. */
function integerOf(text: string): bigint {
  const [, sign, digits = ""] = /^([-+]?)(0x[0-9a-f]+|\d+)$/i.exec(text) ?? [];
  if (sign === undefined) throw new SyntaxError(`${text} is no number`);
  const isOctal = /^0[0-7]+$/.test(digits);
  if (/^0\d/.test(digits) && !isOctal) throw new SyntaxError(`${text} is no number`);
  const value = BigInt(isOctal ? `0o${digits.slice(1)}` : digits);
  return sign === "-" ? -value : value;
}

/** A number of a `<range>` or a value that stands in it. */
export function doubleOf(text: string): number {
  if (/^[-+]?inf(?:inity)?$/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  if (!/^[-+]?(?:0x[0-9a-f]+|\d+\.?\d*(?:e[-+]?\d+)?|\.\d+(?:e[-+]?\d+)?)$/i.test(text)) {
    throw new SyntaxError(`${text} is no number`);
  }
  return Number(text);
}

function arrayBytes(element: VariantType, items: readonly Uint8Array[]): Uint8Array {
  if (element.size !== undefined) return Buffer.concat(items);
  const ends: number[] = [];
  const body: Uint8Array[] = [];
  let offset = 0;
  for (const item of items) {
    const start = aligned(offset, element.alignment);
    body.push(Buffer.alloc(start - offset), item);
    offset = start + item.length;
    ends.push(offset);
  }
  return withOffsets(body, offset, ends);
}

function groupBytes(
  { parts, size, alignment }: VariantType,
  members: readonly Uint8Array[],
): Uint8Array {
  const ends: number[] = [];
  const body: Uint8Array[] = [];
  let offset = 0;
  for (const [index, part] of parts.entries()) {
    const member = members[index] ?? new Uint8Array();
    const start = aligned(offset, part.alignment);
    body.push(Buffer.alloc(start - offset), member);
    offset = start + member.length;
    if (part.size === undefined && index < parts.length - 1) ends.push(offset);
  }
  if (size === undefined) return withOffsets(body, offset, ends.toReversed());
  return Buffer.concat([...body, Buffer.alloc(aligned(Math.max(offset, 1), alignment) - offset)]);
}

/** Where members end, in numbers that are as wide as the whole is long. */
function withOffsets(
  body: readonly Uint8Array[],
  length: number,
  ends: readonly number[],
): Uint8Array {
  const width = [1, 2, 4].find((each) => length + each * ends.length < 2 ** (8 * each)) ?? 8;
  const offsets = Buffer.alloc(width * ends.length);
  for (const [index, end] of ends.entries())
    offsets.writeUIntLE(end, width * index, Math.min(width, 6));
  return Buffer.concat([...body, offsets]);
}

function wrong(type: VariantType): never {
  throw new SyntaxError(`not a value of the type ${type.text}`);
}
