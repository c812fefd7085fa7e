import { type DatabasePages, pageKinds, roomOf } from "./pages.ts";
import { groupCells } from "./groups.ts";
import { placePayload } from "./payload.ts";
import { putVarint, varintBytes } from "./varint.ts";

/** A row of a table: its number, and its values as `encodeRecord` has them. */
export interface TableRow {
  readonly rowId: number;
  readonly record: Uint8Array;
}

/** A page of a tree, and the largest number of a row in it and below it. */
interface Child {
  readonly page: number;
  readonly last: number;
}

/**
 * Write the rows of a table, which are in the order of their numbers. Returns the number of the
 * root's page, which is `root` where that is given: then the rows have to be more than one page
 * holds.
 */
export function writeTable(pages: DatabasePages, rows: Iterable<TableRow>, root?: number): number {
  let children = writeLeaves(pages, rows);
  const kind = pageKinds.tableInterior;
  while (children.length > 1) {
    const cells = children.slice(0, -1).map(interiorCell);
    const groups = groupCells(cells, roomOf(kind, root));
    const level = children;
    children = groups.flatMap(({ start, end }) => {
      const right = level[end];
      if (right === undefined) return [];
      const page = { kind, cells: cells.slice(start, end), rightmost: right.page };
      if (groups.length > 1 || root === undefined) {
        return [{ page: pages.addTreePage(page), last: right.last }];
      }
      pages.setTreePage(root, page);
      return [{ page: root, last: right.last }];
    });
  }
  const [top] = children;
  if (top === undefined || (root !== undefined && top.page !== root)) {
    throw new Error("the table has too few rows for its root");
  }
  return top.page;
}

function writeLeaves(pages: DatabasePages, rows: Iterable<TableRow>): readonly Child[] {
  const kind = pageKinds.tableLeaf;
  const children: Child[] = [];
  let cells: Uint8Array[] = [];
  let used = 0;
  let last = 0;
  const flush = (): void => {
    children.push({ page: pages.addTreePage({ kind, cells }), last });
    [cells, used] = [[], 0];
  };
  for (const row of rows) {
    const cell = leafCell(pages, row);
    if (used + cell.length + 2 > roomOf(kind)) flush();
    cells.push(cell);
    used += cell.length + 2;
    last = row.rowId;
  }
  if (cells.length > 0 || children.length === 0) flush();
  return children;
}

function leafCell(pages: DatabasePages, { rowId, record }: TableRow): Uint8Array {
  const placed = placePayload(pages, record, pageKinds.tableLeaf);
  const cell = Buffer.alloc(varintBytes(record.length) + varintBytes(rowId) + placed.length);
  cell.set(placed, putVarint(cell, putVarint(cell, 0, record.length), rowId));
  return cell;
}

function interiorCell({ page, last }: Child): Uint8Array {
  const cell = Buffer.alloc(4 + varintBytes(last));
  cell.writeUInt32BE(page);
  putVarint(cell, 4, last);
  return cell;
}
