import type { Observed } from "../../plan/observed.ts";
import type { RunContext } from "../context.ts";
import { probeServices } from "./probe-services.ts";

/**
 * Services that run and yet are not ready, as after a run that was killed, each with what a probe
 * saw: each probe of what runs is tried once.
 */
export async function findUnready(
  context: Pick<RunContext, "stack" | "engine" | "clock" | "signal">,
  { containers }: Pick<Observed, "containers">,
): Promise<ReadonlyMap<string, string>> {
  const running = containers.filter(
    ({ ours, status, role }) => ours && status === "running" && role !== "job",
  );
  const services = running.flatMap(({ service }) => service ?? []);
  const results = await probeServices(context, { services });
  const failed = results.filter(({ ok }) => !ok);
  return new Map(failed.map(({ service, probe, message }) => [service, `${probe}: ${message}`]));
}
