import * as z from "zod/mini";
import type { EngineClient } from "../connection/client.ts";
import type { ContainerUsage } from "../engine.ts";
import { engineStatus } from "../errors.ts";
import { parseForeign } from "../foreign.ts";
import { shortId } from "../short-id.ts";

const cpuSchema = z.object({
  cpu_usage: z.object({
    total_usage: z._default(z.number(), 0),
    percpu_usage: z.nullish(z.array(z.number())),
  }),
  system_cpu_usage: z.nullish(z.number()),
  online_cpus: z.nullish(z.number()),
});

const trafficSchema = z.object({
  rx_bytes: z._default(z.number(), 0),
  tx_bytes: z._default(z.number(), 0),
});

const statsSchema = z.object({
  cpu_stats: z.nullish(cpuSchema),
  precpu_stats: z.nullish(cpuSchema),
  memory_stats: z.nullish(
    z.object({
      usage: z.nullish(z.number()),
      limit: z.nullish(z.number()),
      stats: z.nullish(z.record(z.string(), z.number())),
    }),
  ),
  networks: z.nullish(z.record(z.string(), trafficSchema)),
  blkio_stats: z.nullish(
    z.object({
      io_service_bytes_recursive: z.nullish(
        z.array(z.object({ op: z.string(), value: z.number() })),
      ),
    }),
  ),
  pids_stats: z.nullish(z.object({ current: z.nullish(z.number()) })),
});

type Stats = z.infer<typeof statsSchema>;

/** The Engine measures twice, a second apart, before it answers. */
const EXPECTED_MS = 5000;

/** What a container uses, by `GET /containers/{id}/stats`; undefined where it does not run. */
export async function containerUsage(
  client: EngineClient,
  id: string,
  signal?: AbortSignal,
): Promise<ContainerUsage | undefined> {
  const operation = `measure container ${shortId(id)}`;
  const path = `/containers/${encodeURIComponent(id)}/stats`;
  const call = { path, query: { stream: "false" }, operation, signal, expectedMs: EXPECTED_MS };
  try {
    const stats = parseForeign(statsSchema, await client.http.get(call), operation);
    return hasRun(stats) ? usageOf(stats) : undefined;
  } catch (error) {
    const status = engineStatus(error);
    if (status === 404 || status === 409) return undefined;
    throw error;
  }
}

/** Of a container that does not run the Engine answers with zeros. */
function hasRun({ cpu_stats: cpu }: Stats): boolean {
  return (cpu?.cpu_usage.total_usage ?? 0) > 0;
}

/**
 * As the docker command counts it, so that both show the same. Source: docker/cli,
 * `command/container/stats_helpers.go`, described in the reference of `docker stats`.
 */
export function usageOf(stats: Stats): ContainerUsage {
  const { memory_stats: memory, networks, blkio_stats: block, pids_stats: processes } = stats;
  const interfaces = networks === null || networks === undefined ? [] : Object.values(networks);
  const hasNetworks = interfaces.length > 0;
  const operations = block?.io_service_bytes_recursive ?? undefined;
  return {
    ...told("cpuPercent", cpuPercent(stats)),
    ...told("memoryBytes", memoryBytes(memory)),
    ...told("memoryLimitBytes", memory?.limit),
    ...told("receivedBytes", hasNetworks ? sum(interfaces.map((one) => one.rx_bytes)) : undefined),
    ...told("sentBytes", hasNetworks ? sum(interfaces.map((one) => one.tx_bytes)) : undefined),
    ...told("readBytes", operations && bytesOf(operations, "read")),
    ...told("writtenBytes", operations && bytesOf(operations, "write")),
    ...told("processes", processes?.current),
  };
}

function cpuPercent({ cpu_stats: now, precpu_stats: before }: Stats): number | undefined {
  const machine = (now?.system_cpu_usage ?? 0) - (before?.system_cpu_usage ?? 0);
  if (now === null || now === undefined || before?.system_cpu_usage == null || machine <= 0)
    return undefined;
  const own = now.cpu_usage.total_usage - before.cpu_usage.total_usage;
  const processors = now.online_cpus ?? now.cpu_usage.percpu_usage?.length ?? 1;
  return (Math.max(0, own) / machine) * processors * 100;
}

/** Control groups of version 2 and of version 1 have other names for what can be taken back. */
function memoryBytes(memory: Stats["memory_stats"]): number | undefined {
  const usage = memory?.usage ?? undefined;
  if (usage === undefined) return undefined;
  const cache = memory?.stats?.["total_inactive_file"] ?? memory?.stats?.["inactive_file"] ?? 0;
  return cache < usage ? usage - cache : usage;
}

function bytesOf(
  operations: readonly { readonly op: string; readonly value: number }[],
  operation: "read" | "write",
): number {
  return sum(
    operations.filter(({ op }) => op.toLowerCase() === operation).map(({ value }) => value),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function told<Key extends keyof ContainerUsage>(
  key: Key,
  value: number | null | undefined,
): { readonly [Name in Key]?: number } {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one key is the one named
  return (value === null || value === undefined ? {} : { [key]: value }) as {
    readonly [Name in Key]?: number;
  };
}
