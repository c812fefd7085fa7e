import { countOf } from "../count.ts";
import { formatAge } from "../reporters/format/duration.ts";
import type { Style } from "../reporters/format/style.ts";
import { formatTable } from "../reporters/format/table.ts";
import { releaseDeadLock } from "../run/hold/holder.ts";
import type { RunContext } from "../run/context.ts";
import { presentStack } from "../run/services/present-stack.ts";
import type { ContainerState } from "../docker/engine.ts";
import type { Service } from "../stack/stack.ts";
import { urlOf } from "./urls.ts";

/** A row of `qclock ps`. */
export interface ServiceRow {
  readonly service: string;
  readonly container: string;
  /** As the Engine calls it; `absent` when there is no container. */
  readonly state: string;
  readonly exitCode?: number;
  /** The Engine ended it for using more memory than its limit. */
  readonly oomKilled?: true;
  readonly restartCount?: number;
  /** What the healthcheck of its image says, where it has one: the Engine runs that by itself. */
  readonly health?: NonNullable<ContainerState["health"]>;
  /** How often that failed since it last succeeded. */
  readonly failingStreak?: number;
  /** Results of its probes, when they were run. */
  readonly probes?: readonly {
    readonly name: string;
    readonly ok: boolean;
    readonly message: string;
  }[];
  readonly image: string;
  /** What it uses that is not of the stack: `network proxy`, `volume archive`. */
  readonly external: readonly string[];
  readonly urls: readonly string[];
  /** ISO 8601: since when it runs. */
  readonly startedAt?: string;
  /** ISO 8601: since when it does not run any more. */
  readonly finishedAt?: string;
}

/** Each service that is active or has a container with what the Engine says of its container, in the manifest's order of dependencies. */
export async function listServices(
  context: RunContext,
  options: { readonly probe: boolean },
): Promise<readonly ServiceRow[]> {
  const engine = await context.engine();
  const stack = await presentStack(context.stack, engine, context.signal);
  const services = [...stack.services.values()];
  await releaseDeadLock({ ...context, stackName: context.stack.name }, engine);
  const states = await Promise.all(
    services.map(({ containerName }) => engine.inspectContainer(containerName, context.signal)),
  );
  const probes = options.probe ? await probeResults({ ...context, stack }) : undefined;
  return services.map((service, index) =>
    serviceRow(service, { state: states[index], probes: probes?.get(service.name) }),
  );
}

/** The rows as a table. */
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

async function probeResults(
  context: RunContext,
): Promise<ReadonlyMap<string, NonNullable<ServiceRow["probes"]>>> {
  const { probeServices } = await import("../run/services/probe-services.ts");
  const results = await probeServices(context, {});
  return new Map(
    [...Map.groupBy(results, ({ service }) => service)].map(([service, list]) => [
      service,
      list.map(({ probe, ok, message }) => ({ name: probe, ok, message })),
    ]),
  );
}

/** A service, its container as the Engine tells it, and what its probes saw where they were run. */
export function serviceRow(
  service: Service,
  {
    state,
    probes,
  }: {
    readonly state: ContainerState | undefined;
    readonly probes: ServiceRow["probes"] | undefined;
  },
): ServiceRow {
  const { name, containerName: container, image } = service;
  const tried = probes === undefined ? {} : { probes };
  const external = service.exceptions.flatMap(
    ({ rule }) => /^external-((?:network|volume):.*)$/.exec(rule)?.[1]?.replace(":", " ") ?? [],
  );
  if (state === undefined)
    return { service: name, container, state: "absent", ...tried, image, external, urls: [] };
  const { status, exitCode, oomKilled, restartCount, health, failingStreak } = state;
  const { startedAt, finishedAt } = state;
  const urls = state.publishedPorts.map(
    (port) => urlOf(service, { ...port, protocol: port.protocol === "udp" ? "udp" : "tcp" }).url,
  );
  const isRunning = status === "running";
  const hasEnded = status === "exited" || status === "dead" || status === "restarting";
  return {
    service: name,
    container,
    state: status,
    ...(hasEnded ? { exitCode } : {}),
    ...(hasEnded && oomKilled ? { oomKilled } : {}),
    restartCount,
    // Of one that does not run the Engine keeps what its healthcheck said last.
    ...(isRunning && health !== undefined ? { health } : {}),
    ...(isRunning && failingStreak !== undefined ? { failingStreak } : {}),
    ...tried,
    image,
    external,
    urls: [...new Set(urls)],
    ...(isRunning ? { startedAt } : {}),
    ...(hasEnded && finishedAt !== undefined ? { finishedAt } : {}),
  };
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
