import type { Observed } from "../../plan/observed.ts";
import type { RunContext } from "../context.ts";
import type { AheadResults } from "./probe-ahead.ts";
import { probeServices } from "./probe-services.ts";

/**
 * Services that run and yet are not ready, as after a run that was killed, each with what a probe
 * saw: each probe of what runs is tried once, unless that was done `ahead`.
 */
export async function findUnready(
  context: Pick<RunContext, "stack" | "engine" | "clock" | "signal">,
  { containers }: Pick<Observed, "containers">,
  ahead: AheadResults = new Map(),
): Promise<ReadonlyMap<string, string>> {
  const running = containers.filter(
    ({ ours, status, role }) => ours && status === "running" && role !== "job",
  );
  const others = running.filter(({ id }) => !ahead.has(id));
  const services = others.flatMap(({ service }) => service ?? []);
  const results = [
    ...running.flatMap(({ id }) => ahead.get(id) ?? []),
    ...(services.length === 0 ? [] : await probeServices(context, { services })),
  ];
  const failed = results.filter(({ ok }) => !ok);
  return new Map(failed.map(({ service, probe, message }) => [service, `${probe}: ${message}`]));
}
