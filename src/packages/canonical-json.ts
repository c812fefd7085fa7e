import { createHash, hash } from "node:crypto";
import type { Digest } from "../digest.ts";

/** How many characters are hashed at a time: the text of a large value is never held as a whole. */
const PIECE_CHARACTERS = 64 * 1024;

/**
 * A large object, whose fields are made while they are written. They may be gone over more than
 * once.
 */
export class LazyFields {
  readonly entries: Iterable<readonly [key: string, value: unknown]>;

  constructor(entries: LazyFields["entries"]) {
    this.entries = entries;
  }
}

/**
 * JSON with sorted keys and no white space; maps become objects, iterators arrays. The same value
 * always gives the same text.
 */
export function canonicalJson(value: unknown): string {
  let text = "";
  write(value, (piece) => {
    text += piece;
  });
  return text;
}

/** Digest of a value's canonical JSON. */
export function digestOf(value: unknown): Digest {
  const large = createHash("sha256");
  let isLarge = false;
  let pending = "";
  write(value, (piece) => {
    pending += piece;
    if (pending.length < PIECE_CHARACTERS) return;
    isLarge = true;
    large.update(pending);
    pending = "";
  });
  const hex = isLarge ? large.update(pending).digest("hex") : hash("sha256", pending, "hex");
  return `sha256:${hex}`;
}

function write(value: unknown, put: (piece: string) => void): void {
  if (typeof value !== "object" || value === null) {
    put(isAbsent(value) ? "null" : JSON.stringify(value));
  } else if (Array.isArray(value) || value instanceof Iterator) {
    let before = "[";
    for (const item of value) {
      put(before);
      write(item, put);
      before = ",";
    }
    put(before === "[" ? "[]" : "]");
  } else if (value instanceof LazyFields) {
    if (isInOrder(value.entries)) writeFields(value.entries, put);
    else write(new Map(value.entries), put);
  } else if (value instanceof Map) {
    const byText = new Map<string, unknown>();
    for (const [key, inner] of value) byText.set(String(key), inner);
    writeObject([...byText.keys()], (key) => byText.get(key), put);
  } else {
    const fields: Readonly<Record<string, unknown>> = { ...value };
    writeObject(Object.keys(fields), (key) => fields[key], put);
  }
}

function writeObject(
  keys: readonly string[],
  valueOf: (key: string) => unknown,
  put: (piece: string) => void,
): void {
  writeFields(
    inOrder(keys)
      .values()
      .map((key) => [key, valueOf(key)] as const),
    put,
  );
}

function writeFields(
  fields: Iterable<readonly [key: string, value: unknown]>,
  put: (piece: string) => void,
): void {
  let before = "{";
  for (const [key, value] of fields) {
    if (isAbsent(value)) continue;
    put(`${before}${JSON.stringify(key)}:`);
    write(value, put);
    before = ",";
  }
  put(before === "{" ? "{}" : "}");
}

/** Whether keys come as `inOrder` would have them. */
function isInOrder(fields: LazyFields["entries"]): boolean {
  let last: string | undefined;
  for (const [key] of fields) {
    if ((last !== undefined && key <= last) || /^\d+$/.test(key)) return false;
    last = key;
  }
  return true;
}

/**
 * By code units, but numbers first and by their value, as JavaScript orders an object's keys: the
 * digests of long ago were made so.
 */
function inOrder(keys: readonly string[]): readonly string[] {
  const sorted = keys.toSorted();
  if (!sorted.some((key) => /^\d/.test(key))) return sorted;
  return Object.keys(Object.fromEntries(sorted.map((key) => [key, true])));
}

/** What JSON leaves out of an object. */
function isAbsent(value: unknown): boolean {
  return value === undefined || typeof value === "function" || typeof value === "symbol";
}
