import { formatAge } from "../reporters/format/duration.ts";
import type { Style } from "../reporters/format/style.ts";
import { formatTable } from "../reporters/format/table.ts";
import { releaseDeadLock } from "../run/hold/holder.ts";
import type { RunContext } from "../run/context.ts";
import type { Service } from "../stack/stack.ts";
import { urlOf } from "./urls.ts";

/** A row of `qclock ps`. */
export interface ServiceRow {
  readonly service: string;
  readonly container: string;
  /** As the Engine calls it; `absent` when there is no container. */
  readonly state: string;
  readonly exitCode?: number;
  readonly restartCount?: number;
  /** Results of its probes, when they were run. */
  readonly probes?: readonly {
    readonly name: string;
    readonly ok: boolean;
    readonly message: string;
  }[];
  readonly image: string;
  readonly urls: readonly string[];
  /** ISO 8601. */
  readonly startedAt?: string;
}

/** Each service of the stack with what the Engine says of its container, in the manifest's order of dependencies. */
export async function listServices(
  context: RunContext,
  options: { readonly probe: boolean },
): Promise<readonly ServiceRow[]> {
  const services = [...context.stack.services.values()];
  const engine = await context.engine();
  await releaseDeadLock({ ...context, stackName: context.stack.name }, engine);
  const states = await Promise.all(
    services.map(({ containerName }) => engine.inspectContainer(containerName, context.signal)),
  );
  const probes = options.probe ? await probeResults(context) : undefined;
  return services.map((service, index) => rowOf(service, states[index], probes?.get(service.name)));
}

/** The rows as a table. */
export function formatServices(
  rows: readonly ServiceRow[],
  options: { readonly style: Style; readonly columns: number | undefined; readonly nowMs: number },
): string {
  const { style, columns, nowMs } = options;
  const paintState = (cell: string): string => {
    if (cell.startsWith("running") && !cell.includes("failing")) return style.success(cell);
    return /^(?:absent|created|exited \(0\))/.test(cell) ? style.faint(cell) : style.error(cell);
  };
  return formatTable(
    [
      { title: "SERVICE" },
      { title: "STATE", paint: paintState, minimumWidth: 12 },
      { title: "SINCE" },
      { title: "IMAGE", minimumWidth: 12 },
      { title: "PORTS", minimumWidth: 16 },
    ],
    rows.map((row) => [
      row.service,
      stateOf(row),
      sinceOf(row, nowMs),
      row.image,
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

function rowOf(
  service: Service,
  state: Awaited<ReturnType<Awaited<ReturnType<RunContext["engine"]>>["inspectContainer"]>>,
  probes: ServiceRow["probes"] | undefined,
): ServiceRow {
  const { name, containerName: container, image } = service;
  if (state === undefined) return { service: name, container, state: "absent", image, urls: [] };
  const urls = state.publishedPorts.map(
    (port) => urlOf(service, { ...port, protocol: port.protocol === "udp" ? "udp" : "tcp" }).url,
  );
  return {
    service: name,
    container,
    state: state.status,
    ...(state.status === "exited" || state.status === "dead" ? { exitCode: state.exitCode } : {}),
    restartCount: state.restartCount,
    ...(probes === undefined ? {} : { probes }),
    image,
    urls: [...new Set(urls)],
    ...(state.status === "running" ? { startedAt: state.startedAt } : {}),
  };
}

function stateOf({ state, exitCode, restartCount, probes }: ServiceRow): string {
  const failing = probes?.filter(({ ok }) => !ok) ?? [];
  return [
    exitCode === undefined ? state : `${state} (${exitCode})`,
    ...(probes === undefined || probes.length === 0
      ? []
      : [
          failing.length === 0 ? "ready" : `failing: ${failing.map(({ name }) => name).join(", ")}`,
        ]),
    ...(restartCount === undefined || restartCount === 0 ? [] : [`restarted ${restartCount}×`]),
  ].join(", ");
}

function sinceOf({ startedAt }: ServiceRow, nowMs: number): string {
  return startedAt === undefined ? "-" : formatAge(nowMs - Date.parse(startedAt));
}
