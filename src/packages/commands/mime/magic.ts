import type { XmlElement } from "../xml/read-xml.ts";
import { elementsIn } from "../xml/read-xml.ts";

/** What a file may begin with, and what else it has to have then. */
export interface MagicMatch {
  readonly start: number;
  /** How many places it may stand at. */
  readonly range: number;
  /** Of numbers in the order of the machine: their size. */
  readonly wordSize: number;
  readonly data: Uint8Array;
  readonly mask: Uint8Array | undefined;
  readonly matches: readonly MagicMatch[];
}

/** What a folder may hold. */
export interface TreeMatch {
  readonly path: string;
  /** As the line tells it: the kind, and what else is asked. */
  readonly conditions: readonly string[];
  readonly matches: readonly TreeMatch[];
}

/** The matches within an element; throws a `SyntaxError` for what is none. */
export function readMatches(element: XmlElement): readonly MagicMatch[] {
  return elementsIn(element).map((child) => {
    if (child.name !== "match") throw new SyntaxError(`<${child.name}> instead of <match>`);
    const { attributes } = child;
    const [, first = "", last] = /^\s*(\d+)(?::(\d+))?$/.exec(attributes.get("offset") ?? "") ?? [];
    const range = last === undefined ? 1 : Number(last) - Number(first) + 1;
    if (first === "" || range < 1) throw new SyntaxError("a wrong offset");
    const type = attributes.get("type") ?? "";
    const { data, mask } = readValue(type, attributes.get("value") ?? "", attributes.get("mask"));
    return {
      start: Number(first),
      range,
      wordSize: { host16: 2, host32: 4 }[type] ?? 1,
      data,
      mask,
      matches: readMatches(child),
    };
  });
}

/** The same of `<treematch>`. */
export function readTreeMatches(element: XmlElement): readonly TreeMatch[] {
  return elementsIn(element).map((child) => {
    const { attributes } = child;
    const path = attributes.get("path");
    const type = attributes.get("type") ?? "any";
    const isKnown = ["any", "file", "directory", "link"].includes(type);
    if (child.name !== "treematch" || path === undefined || !isKnown) {
      throw new SyntaxError("a wrong <treematch>");
    }
    const asked = ["match-case", "executable", "non-empty"].filter(
      (name) => attributes.get(name) === "true",
    );
    const inner = attributes.get("mimetype");
    return {
      path,
      conditions: [type, ...asked, ...(inner === undefined ? [] : [inner])],
      matches: readTreeMatches(child),
    };
  });
}

const NUMBERS: Readonly<Record<string, readonly [size: number, isLittle: boolean]>> = {
  byte: [1, false],
  big16: [2, false],
  big32: [4, false],
  host16: [2, false],
  host32: [4, false],
  little16: [2, true],
  little32: [4, true],
};

function readValue(
  type: string,
  value: string,
  mask: string | undefined,
): { readonly data: Uint8Array; readonly mask: Uint8Array | undefined } {
  if (value === "") throw new SyntaxError("a match without a value");
  if (type === "string") {
    const data = unescaped(value);
    return { data, mask: mask === undefined ? undefined : maskOf(mask, data.length) };
  }
  const form = Object.hasOwn(NUMBERS, type) ? NUMBERS[type] : undefined;
  if (form === undefined) throw new SyntaxError(`${type} is no type of a match`);
  const [size, isLittle] = form;
  const data = numberBytes(value, size, isLittle);
  return { data, mask: mask === undefined ? undefined : numberBytes(mask, size, isLittle) };
}

/** As strtoul(3) with the base 0. */
function numberBytes(text: string, size: number, isLittle: boolean): Uint8Array {
  const digits = /^0[0-7]+$/.test(text) ? `0o${text.slice(1)}` : text;
  if (!/^0x[0-9a-f]+$|^0o[0-7]+$|^\d+$/i.test(digits))
    throw new SyntaxError(`${text} is no number`);
  const value = Number(digits);
  if (value >= 2 ** (8 * size)) throw new SyntaxError(`${text} is too large`);
  const bytes = Buffer.alloc(size);
  if (isLittle) bytes.writeUIntLE(value, 0, size);
  else bytes.writeUIntBE(value, 0, size);
  return bytes;
}

function maskOf(text: string, length: number): Uint8Array {
  const digits = /^0x([0-9a-fA-F]*)$/.exec(text)?.[1];
  if (digits === undefined || digits.length > 2 * length) throw new SyntaxError("a wrong mask");
  return Buffer.from(digits.padEnd(2 * length, "0"), "hex");
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  b: "\b",
  t: "\t",
  f: "\f",
  v: "\v",
};

/** As file(1) reads the texts of its own magic. */
function unescaped(text: string): Uint8Array {
  const bytes = text.replaceAll(
    /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{0,2})|([^])|$)/g,
    (_, octal?: string, hex?: string, character = "") => {
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
      if (hex !== undefined)
        return hex === "" ? "x" : String.fromCharCode(Number.parseInt(hex, 16));
      return ESCAPES[character] ?? character;
    },
  );
  return Buffer.from(bytes, "latin1");
}
