import { displayWidth, padColumns, truncate } from "./width.ts";

/** A column of a table; the cells themselves are plain text. */
export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /**
   * The column may be cut to this many columns when the table is wider than the terminal; absent:
   * never cut.
   */
  readonly minimumWidth?: number;
  /** Colour a finished, padded cell. */
  readonly paint?: (cell: string, row: readonly string[]) => string;
}

export interface TableOptions {
  /** Columns of the terminal; undefined where there is none, and nothing is cut. */
  readonly width: number | undefined;
  readonly header?: (cell: string) => string;
}

const gap = "   ";

/**
 * Rows under a header, columns as wide as their content and cut where the terminal is too narrow.
 * Ends without a newline.
 */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: TableOptions,
): string {
  const widths = fit(columns, rows, options.width);
  const header = options.header ?? ((title: string) => title);
  const lines = [
    line(
      columns.map(({ title }, index) => header(cell(columns[index], title, widths[index] ?? 0))),
    ),
    ...rows.map((row) =>
      line(
        columns.map((column, index) => {
          const text = cell(column, row[index] ?? "", widths[index] ?? 0);
          return column.paint === undefined ? text : column.paint(text, row);
        }),
      ),
    ),
  ];
  return lines.join("\n");
}

function fit(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number | undefined,
): readonly number[] {
  const widths = columns.map(({ title }, index) =>
    Math.max(displayWidth(title), ...rows.map((row) => displayWidth(row[index] ?? ""))),
  );
  if (width === undefined) return widths;
  let excess =
    widths.reduce((sum, value) => sum + value, 0) + gap.length * (columns.length - 1) - width;
  // The widest flexible column gives way first, one column at a time, so that no column is starved
  // for another.
  while (excess > 0) {
    const index = widestFlexible(columns, widths);
    if (index === undefined) break;
    widths[index] = (widths[index] ?? 0) - 1;
    excess -= 1;
  }
  return widths;
}

function widestFlexible(columns: readonly Column[], widths: readonly number[]): number | undefined {
  let widest: number | undefined;
  for (const [index, column] of columns.entries()) {
    const width = widths[index] ?? 0;
    if (column.minimumWidth === undefined || width <= column.minimumWidth) continue;
    if (widest === undefined || width > (widths[widest] ?? 0)) widest = index;
  }
  return widest;
}

function cell(column: Column | undefined, text: string, width: number): string {
  return padColumns(truncate(text, width), width, column?.align ?? "left");
}

function line(cells: readonly string[]): string {
  return cells.join(gap).trimEnd();
}
