import type { ImageRow } from "../../run/services/list-images.ts";
import { visible } from "../../visible.ts";
import { formatBytes } from "../format/bytes.ts";
import type { Style } from "../format/style.ts";
import { formatTable } from "../format/table.ts";

/** The images of a stack as a table. */
export function formatImages(
  rows: readonly ImageRow[],
  { style, columns }: { readonly style: Style; readonly columns: number | undefined },
): string {
  return formatTable(
    [
      { title: "CONTAINER" },
      { title: "NAME", minimumWidth: 16 },
      { title: "TAG" },
      { title: "ID" },
      { title: "SIZE", align: "right" },
      { title: "PLATFORM" },
    ],
    rows.map(({ container = "-", name = "-", tag = "-", id, sizeBytes, platform = "-" }) => [
      container,
      visible(name),
      visible(tag),
      bareId(id).slice(0, 12),
      formatBytes(sizeBytes),
      visible(platform),
    ]),
    { width: columns, header: style.faint },
  );
}

/** The id of each image once and whole, without the name of its algorithm, as docker prints it. */
export function formatImageIds(rows: readonly ImageRow[]): readonly string[] {
  return [...new Set(rows.map(({ id }) => bareId(id)))];
}

function bareId(id: string): string {
  return visible(id.slice(id.indexOf(":") + 1));
}
