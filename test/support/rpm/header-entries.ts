import { type HeaderType, headerTypes } from "../../../src/packages/rpm/header/header-type.ts";
import type { HeaderEntry } from "../../../src/packages/rpm/header/header.ts";

/** An entry of texts. */
export function texts(
  tag: number,
  values: readonly string[],
  type: HeaderType = headerTypes.stringArray,
): HeaderEntry {
  const data = Buffer.from(values.map((value) => `${value}\0`).join(""));
  return { tag, type, count: values.length, data };
}

/** An entry of one text. */
export function text(tag: number, value: string): HeaderEntry {
  return texts(tag, [value], headerTypes.string);
}

/** An entry of numbers of 32 bits. */
export function numbers(tag: number, values: readonly number[]): HeaderEntry {
  const data = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) data.writeUInt32BE(value, 4 * index);
  return { tag, type: headerTypes.int32, count: values.length, data };
}

/** An entry of numbers of 16 bits. */
export function shorts(tag: number, values: readonly number[]): HeaderEntry {
  const data = Buffer.alloc(2 * values.length);
  for (const [index, value] of values.entries()) data.writeUInt16BE(value, 2 * index);
  return { tag, type: headerTypes.int16, count: values.length, data };
}

/** An entry of numbers of 64 bits. */
export function bigints(tag: number, values: readonly bigint[]): HeaderEntry {
  const data = Buffer.alloc(8 * values.length);
  for (const [index, value] of values.entries()) data.writeBigUInt64BE(value, 8 * index);
  return { tag, type: headerTypes.int64, count: values.length, data };
}

/** An entry of bytes. */
export function binary(tag: number, data: Uint8Array): HeaderEntry {
  return { tag, type: headerTypes.binary, count: data.length, data };
}
