import { type DatabasePages, pageKinds, roomOf } from "./pages.ts";
import { groupCells } from "./groups.ts";
import { placePayload } from "./payload.ts";
import { putVarint, varintBytes } from "./varint.ts";

/**
 * Write the entries of an index, which are sorted as SQLite sorts them; each is the record of the
 * indexed value and the row's number. Returns the number of the root's page.
 *
 * Unlike a table's, an entry that divides two pages stands in the page above them alone.
 */
export function writeIndex(pages: DatabasePages, records: Iterable<Uint8Array>): number {
  let cells: readonly Uint8Array[] = Array.from(records, (record) => indexCell(pages, record));
  let children: readonly number[] = [];
  for (;;) {
    const isLeaf = children.length === 0;
    const kind = isLeaf ? pageKinds.indexLeaf : pageKinds.indexInterior;
    const [level, below] = [cells, children];
    const inPage = isLeaf ? level : level.map((cell, at) => withChild(below[at] ?? 0, cell));
    const groups = groupCells(inPage, roomOf(kind));
    children = groups.map(({ start, end }) => {
      const page = { kind, cells: inPage.slice(start, end) };
      return pages.addTreePage(isLeaf ? page : { ...page, rightmost: below[end] ?? 0 });
    });
    const [root = 0] = children;
    if (children.length === 1) return root;
    cells = groups.slice(0, -1).map(({ end }) => level[end] ?? new Uint8Array(0));
  }
}

function indexCell(pages: DatabasePages, record: Uint8Array): Uint8Array {
  const placed = placePayload(pages, record, pageKinds.indexLeaf);
  const cell = Buffer.alloc(varintBytes(record.length) + placed.length);
  cell.set(placed, putVarint(cell, 0, record.length));
  return cell;
}

function withChild(page: number, cell: Uint8Array): Uint8Array {
  const whole = Buffer.alloc(4 + cell.length);
  whole.writeUInt32BE(page);
  whole.set(cell, 4);
  return whole;
}
