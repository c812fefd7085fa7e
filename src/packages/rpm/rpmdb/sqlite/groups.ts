/** Cells that go into one page, as a part of a list. */
export interface CellGroup {
  readonly start: number;
  readonly end: number;
}

/**
 * Share cells out to pages, each as full as it can be. Between two pages one cell is left over,
 * which divides them: it stands at the `end` of the first one's part, and the next one starts
 * behind it. No part is empty where there are two cells or more.
 */
export function groupCells(cells: readonly Uint8Array[], room: number): readonly CellGroup[] {
  const groups: CellGroup[] = [];
  let start = 0;
  let used = 0;
  for (const [at, cell] of cells.entries()) {
    if (at < start) continue;
    if (used + cell.length + 2 <= room) {
      used += cell.length + 2;
      continue;
    }
    groups.push({ start, end: at });
    start = at + 1;
    used = 0;
  }
  const last = groups.at(-1);
  // The last cell divides two pages of which the second would be empty: the one before does it.
  if (last !== undefined && start === cells.length) {
    groups[groups.length - 1] = { start: last.start, end: last.end - 1 };
    start = last.end;
  }
  groups.push({ start, end: cells.length });
  return groups;
}
