import { putVarint, varintBytes } from "./varint.ts";

/** A value of a row: a whole number from zero on, a text as its bytes, bytes, or NULL. */
export type SqlValue =
  | { readonly type: "integer"; readonly value: number }
  | { readonly type: "text" | "blob"; readonly bytes: Uint8Array }
  | { readonly type: "null" };

export function integer(value: number): SqlValue {
  return { type: "integer", value };
}

export function text(value: string): SqlValue {
  return { type: "text", bytes: Buffer.from(value) };
}

/** The values of a row as SQLite stores them: their kinds, then themselves. */
export function encodeRecord(values: readonly SqlValue[]): Uint8Array {
  const kinds = values.map(serialType);
  const kindBytes = kinds.reduce((sum, kind) => sum + varintBytes(kind), 0);
  // Its size counts itself; no record here has so many columns that it takes a second byte.
  const headerBytes = 1 + kindBytes;
  const bodyBytes = kinds.reduce((sum, kind) => sum + contentBytes(kind), 0);
  const record = Buffer.alloc(headerBytes + bodyBytes);
  let at = putVarint(record, 0, headerBytes);
  for (const kind of kinds) at = putVarint(record, at, kind);
  for (const [index, value] of values.entries()) {
    const size = contentBytes(kinds[index] ?? 0);
    if (value.type === "integer" && size > 0) record.writeUIntBE(value.value, at, size);
    else if (value.type === "text" || value.type === "blob") record.set(value.bytes, at);
    at += size;
  }
  return record;
}

/** How SQLite numbers kinds of values. Source: "Database File Format", section 2.1. */
function serialType(value: SqlValue): number {
  switch (value.type) {
    case "null":
      return 0;
    case "integer":
      return integerType(value.value);
    case "text":
      return 2 * value.bytes.length + 13;
    case "blob":
      return 2 * value.bytes.length + 12;
  }
}

/** The smallest kind that holds a number; 0 and 1 are kinds of their own. */
function integerType(value: number): number {
  if (value < 2) return 8 + value;
  if (value < 2 ** 7) return 1;
  if (value < 2 ** 15) return 2;
  if (value < 2 ** 23) return 3;
  if (value < 2 ** 31) return 4;
  return 5;
}

/** Bytes of a value, by its kind. */
export function contentBytes(kind: number): number {
  if (kind >= 12) return Math.floor((kind - 12) / 2);
  return [0, 1, 2, 3, 4, 6, 8, 8, 0, 0][kind] ?? 0;
}
