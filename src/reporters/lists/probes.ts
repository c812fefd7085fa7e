import { formatDuration } from "../format/duration.ts";
import { sanitizeLine } from "../format/sanitize.ts";
import type { Style } from "../format/style.ts";
import { formatTable } from "../format/table.ts";
import type { ProbeResult } from "../../run/services/probe-services.ts";

/** The results of `qclock probe` as a table. */
export function formatProbes(
  results: readonly ProbeResult[],
  { style, columns }: { readonly style: Style; readonly columns: number | undefined },
): string {
  if (results.length === 0) return "No service has a probe.";
  return formatTable(
    [
      { title: "SERVICE" },
      { title: "PROBE", minimumWidth: 12 },
      {
        title: "RESULT",
        paint: (cell) => (cell.trim() === "ok" ? style.success(cell) : style.error(cell)),
      },
      { title: "TIME", align: "right" },
      { title: "SEEN", minimumWidth: 16 },
    ],
    results.map(({ service, probe, ok, durationMs, message }) => [
      service,
      probe,
      ok ? "ok" : "failed",
      formatDuration(durationMs),
      sanitizeLine(message),
    ]),
    { width: columns, header: style.faint },
  );
}
