import { type DatabasePages, PAGE_BYTES, type PageKind, pageKinds } from "./pages.ts";

/** Of a page of overflow, behind the number of the next one. */
const OVERFLOW_BYTES = PAGE_BYTES - 4;

/**
 * How much of a record stands in its tree's page; the rest is in pages of overflow.
 *
 * Source: SQLite's "Database File Format", section 1.6, "B-tree Cell Format".
 */
export function localBytes(payloadBytes: number, kind: PageKind, pageBytes = PAGE_BYTES): number {
  const most =
    kind === pageKinds.tableLeaf ? pageBytes - 35 : Math.floor(((pageBytes - 12) * 64) / 255) - 23;
  if (payloadBytes <= most) return payloadBytes;
  const least = Math.floor(((pageBytes - 12) * 32) / 255) - 23;
  const local = least + ((payloadBytes - least) % (pageBytes - 4));
  return local <= most ? local : least;
}

/** A record as it stands in a cell: as much as may be there, and where the rest begins. */
export function placePayload(
  pages: DatabasePages,
  payload: Uint8Array,
  kind: PageKind,
): Uint8Array {
  const local = localBytes(payload.length, kind);
  if (local === payload.length) return payload;
  const placed = Buffer.alloc(local + 4);
  placed.set(payload.subarray(0, local));
  placed.writeUInt32BE(addOverflow(pages, payload.subarray(local)), local);
  return placed;
}

/** Returns the number of the first page. */
function addOverflow(pages: DatabasePages, rest: Uint8Array): number {
  const first = pages.count + 1;
  for (let at = 0; at < rest.length; at += OVERFLOW_BYTES) {
    const number = pages.add();
    const page = pages.at(number);
    const isLast = at + OVERFLOW_BYTES >= rest.length;
    page.writeUInt32BE(isLast ? 0 : number + 1, 0);
    page.set(rest.subarray(at, at + OVERFLOW_BYTES), 4);
  }
  return first;
}
