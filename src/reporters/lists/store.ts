import { countOf } from "../../count.ts";
import type { PartUse, StorePart } from "../../run/store-use.ts";
import { formatBytes } from "../format/bytes.ts";
import type { Style } from "../format/style.ts";
import { formatTable } from "../format/table.ts";

const titles: Readonly<Record<StorePart, string>> = {
  downloads: "downloads",
  layers: "finished layers",
  packages: "unpacked packages",
  indexes: "read indexes",
  notes: "notes",
  unfinished: "unfinished files",
};

/** What `qclock store` prints: how much of what, and where. */
export function formatStore(
  parts: readonly PartUse[],
  options: {
    readonly directory: string;
    readonly style: Style;
    readonly columns: number | undefined;
  },
): string {
  const { directory, style, columns } = options;
  const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  const rows = parts.map(({ part, files, bytes, limitBytes }) => [
    titles[part],
    String(files),
    formatBytes(bytes),
    limitBytes === undefined ? "-" : formatBytes(limitBytes),
  ]);
  const table = formatTable(
    [
      { title: "WHAT" },
      { title: "FILES", align: "right" },
      { title: "SIZE", align: "right" },
      { title: "AT MOST", align: "right" },
    ],
    rows,
    { width: columns, header: style.faint },
  );
  return `${table}\n\n${formatBytes(total)} in ${directory}`;
}

/** What `qclock store prune` says of what it removed. */
export function formatPruned(removed: readonly PartUse[]): string {
  const some = removed.filter(({ files }) => files > 0);
  if (some.length === 0) return "removed: nothing";
  return some
    .map(
      ({ part, files, bytes }) =>
        `removed: ${titles[part]}, ${countOf(files, "file")}, ${formatBytes(bytes)}`,
    )
    .join("\n");
}
