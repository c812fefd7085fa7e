import { createHash } from "node:crypto";
import { byKey } from "../../../../order.ts";
import { toBytes } from "../../../scripts/bytes.ts";

/** Bytes of a page, as libdb chooses it on most file systems. */
const PAGE = 4096;
const PAGE_HEADER = 26;
/** A larger key or value is kept on pages of its own. */
const LARGEST = PAGE / 4;

const HASH_META = 8;
const HASH_PAGE = 13;
const MAGIC = 0x06_15_61;
const VERSION = 9;
/** What the file is told to expect by Postfix, to which the entries are added. */
const EXPECTED = 4096;
/** The name of the hash function: its value for a text that libdb holds. */
const HASH_TEST = "%$sniglet^&\0";
const KEY_OR_VALUE = 1;

/** Keys and values, strings of bytes. */
export type HashEntries = ReadonlyMap<string, string>;

/**
 * A hash database of Berkeley DB 5.3 as Postfix writes its lookup tables, of two buckets of a page
 * each; undefined where the entries need more. The identity of the file, which libdb makes of its
 * place and the time, is made of the content.
 *
 * Source: dbinc/db_page.h, hash/hash_func.c and hash/hash_page.c of libdb 5.3.
 */
export function formatHashFile(entries: HashEntries): Uint8Array | undefined {
  const buckets: [string, string][][] = [[], []];
  // On a page entries are sorted by their keys.
  const sorted = [...entries].toSorted(byKey);
  for (const [key, value] of sorted) buckets[hashOf(key) & 1]?.push([key, value]);
  const identity = createHash("sha256").update(JSON.stringify(sorted)).digest().subarray(0, 20);
  const file = new Uint8Array(3 * PAGE);
  const meta = metaPage(identity);
  file.set(meta);
  // The second page is made in the memory of the first, whose rest stays behind its header.
  file.set(meta.subarray(PAGE_HEADER), 2 * PAGE + PAGE_HEADER);
  new DataView(file.buffer).setUint32(88, EXPECTED + entries.size, true);
  for (const [index, bucket] of buckets.entries()) {
    const page = file.subarray((index + 1) * PAGE, (index + 2) * PAGE);
    if (!fillPage(page, index + 1, bucket)) return undefined;
  }
  return file;
}

function metaPage(identity: Uint8Array): Uint8Array {
  const page = new Uint8Array(PAGE);
  const view = new DataView(page.buffer);
  view.setUint32(4, 1, true);
  view.setUint32(12, MAGIC, true);
  view.setUint32(16, VERSION, true);
  view.setUint32(20, PAGE, true);
  page[25] = HASH_META;
  const lastPage = 2;
  view.setUint32(32, lastPage, true);
  page.set(identity, 52);
  const [largestBucket, highMask] = [1, 1];
  view.setUint32(72, largestBucket, true);
  view.setUint32(76, highMask, true);
  view.setUint32(88, EXPECTED, true);
  view.setUint32(92, hashOf(HASH_TEST), true);
  // Where the buckets of each doubling begin, counted from their numbers.
  view.setUint32(96, 1, true);
  view.setUint32(100, 1, true);
  return page;
}

/** Whether the entries fit. Places stand behind the header, what they lead to at the end. */
function fillPage(
  page: Uint8Array,
  number: number,
  entries: readonly (readonly [string, string])[],
): boolean {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  const items = entries.flat();
  view.setUint32(4, 1, true);
  view.setUint32(8, number, true);
  view.setUint16(20, items.length, true);
  page[25] = HASH_PAGE;
  let end = PAGE;
  for (const [index, item] of items.entries()) {
    end -= item.length + 1;
    const place = PAGE_HEADER + 2 * index;
    if (item.length >= LARGEST || end < place + 2) return false;
    view.setUint16(place, end, true);
    page[end] = KEY_OR_VALUE;
    page.set(toBytes(item), end + 1);
  }
  view.setUint16(22, end, true);
  return true;
}

/** Fowler, Noll and Vo's hash, as libdb has it. */
function hashOf(key: string): number {
  let hash = 0;
  for (const byte of toBytes(key)) hash = (Math.imul(hash, 16_777_619) ^ byte) >>> 0;
  return hash;
}
