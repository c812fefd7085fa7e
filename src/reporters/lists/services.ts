import { countOf } from "../../count.ts";
import type { ServiceRow } from "../../run/services/list-services.ts";
import { formatAge } from "../format/duration.ts";
import type { Style } from "../format/style.ts";
import { formatTable } from "../format/table.ts";

/** The services of a stack as a table. */
export function formatServices(
  rows: readonly ServiceRow[],
  options: { readonly style: Style; readonly columns: number | undefined; readonly nowMs: number },
): string {
  const { style, columns, nowMs } = options;
  const paintState = (cell: string): string => {
    if (/^running(?!.*(?:failing|unhealthy))/.test(cell)) return style.success(cell);
    return /^(?:absent|created|exited \(0\))/.test(cell) ? style.faint(cell) : style.error(cell);
  };
  const usesExternal = rows.some(({ external }) => external.length > 0);
  return formatTable(
    [
      { title: "SERVICE" },
      { title: "STATE", paint: paintState, minimumWidth: 12 },
      { title: "SINCE" },
      { title: "IMAGE", minimumWidth: 12 },
      ...(usesExternal ? [{ title: "EXTERNAL", minimumWidth: 12 }] : []),
      { title: "PORTS", minimumWidth: 16 },
    ],
    rows.map((row) => [
      row.service,
      stateOf(row),
      sinceOf(row, nowMs),
      row.image,
      ...(usesExternal ? [row.external.join(", ")] : []),
      row.urls.join(" "),
    ]),
    { width: columns, header: style.faint },
  );
}

function stateOf(row: ServiceRow): string {
  const { state, exitCode, oomKilled, restartCount = 0 } = row;
  return [
    exitCode === undefined ? state : `${state} (${exitCode})`,
    ...(oomKilled === true ? ["out of memory"] : []),
    ...healthOf(row),
    ...readinessOf(row),
    ...(restartCount === 0 ? [] : [`restarted ${restartCount}×`]),
  ].join(", ");
}

function healthOf({ health, failingStreak = 0 }: ServiceRow): readonly string[] {
  if (health === undefined) return [];
  if (health === "starting") return ["health not known yet"];
  return health === "unhealthy" ? [`unhealthy (${countOf(failingStreak, "failure")})`] : [health];
}

/** What its probes saw; of one that does not run that is said already. */
function readinessOf({ state, probes = [] }: ServiceRow): readonly string[] {
  if (state !== "running" || probes.length === 0) return [];
  const failing = probes.filter(({ ok }) => !ok);
  return failing.length === 0
    ? ["ready"]
    : [`failing: ${failing.map(({ name }) => name).join(", ")}`];
}

function sinceOf({ startedAt, finishedAt }: ServiceRow, nowMs: number): string {
  const since = startedAt ?? finishedAt;
  return since === undefined ? "-" : formatAge(nowMs - Date.parse(since));
}
