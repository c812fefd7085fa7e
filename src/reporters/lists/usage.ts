import type { UsageRow } from "../../run/services/measure-services.ts";
import { formatBytes } from "../format/bytes.ts";
import type { Style } from "../format/style.ts";
import { formatTable } from "../format/table.ts";

/** What services use as a table. A service that does not run has dashes. */
export function formatUsage(
  rows: readonly UsageRow[],
  { style, columns }: { readonly style: Style; readonly columns: number | undefined },
): string {
  const right = { align: "right" } as const;
  return formatTable(
    [
      { title: "SERVICE" },
      { title: "CPU", ...right },
      { title: "MEMORY / LIMIT", ...right, minimumWidth: 8 },
      { title: "MEM", ...right },
      { title: "NET IN / OUT", ...right, minimumWidth: 8 },
      { title: "BLOCK IN / OUT", ...right, minimumWidth: 8 },
      { title: "PIDS", ...right },
    ],
    rows.map(({ service, usage = {} }) => {
      const { memoryBytes, memoryLimitBytes } = usage;
      const share =
        memoryBytes === undefined || memoryLimitBytes === undefined || memoryLimitBytes === 0
          ? undefined
          : (memoryBytes / memoryLimitBytes) * 100;
      return [
        service,
        percent(usage.cpuPercent),
        pair(memoryBytes, memoryLimitBytes),
        percent(share),
        pair(usage.receivedBytes, usage.sentBytes),
        pair(usage.readBytes, usage.writtenBytes),
        usage.processes === undefined ? "-" : String(usage.processes),
      ];
    }),
    { width: columns, header: style.faint },
  );
}

function percent(value: number | undefined): string {
  return value === undefined ? "-" : `${value.toFixed(value < 99.95 ? 1 : 0)} %`;
}

function pair(one: number | undefined, other: number | undefined): string {
  if (one === undefined && other === undefined) return "-";
  return [one, other].map((value) => (value === undefined ? "-" : formatBytes(value))).join(" / ");
}
