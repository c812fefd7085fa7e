import { expect, test } from "vitest";
import type { ContainerUsage } from "../../../src/docker/engine.ts";
import { createStyle } from "../../../src/reporters/format/style.ts";
import { formatUsage } from "../../../src/reporters/lists/usage.ts";
import { json, refuse, startFakeEngine } from "../../support/fake-engine.ts";

// As Engine 20.10 answers, shortened.
const measured = {
  pids_stats: { current: 2, limit: 256 },
  blkio_stats: {
    io_service_bytes_recursive: [
      { major: 8, minor: 0, op: "Read", value: 4096 },
      { major: 8, minor: 0, op: "Write", value: 100 },
      { major: 8, minor: 16, op: "read", value: 4 },
      { major: 8, minor: 0, op: "Total", value: 4196 },
    ],
  },
  cpu_stats: {
    cpu_usage: { total_usage: 3_000_000, percpu_usage: [1_000_000, 2_000_000] },
    system_cpu_usage: 14_000_000,
    online_cpus: 2,
  },
  precpu_stats: { cpu_usage: { total_usage: 2_000_000 }, system_cpu_usage: 10_000_000 },
  memory_stats: {
    usage: 475_136,
    limit: 536_870_912,
    stats: { inactive_file: 1, total_inactive_file: 4096 },
  },
  networks: { eth0: { rx_bytes: 2234, tx_bytes: 528 }, eth1: { rx_bytes: 6, tx_bytes: 2 } },
};

async function usageOf(answer: unknown): Promise<ContainerUsage | undefined> {
  await using fake = await startFakeEngine({
    routes: { "GET /containers/a/stats": json(answer) },
  });
  await using engine = await fake.connect();
  return await engine.usage("a");
}

test("usage is counted as docker counts it", async () => {
  await expect(usageOf(measured)).resolves.toEqual({
    cpuPercent: 50,
    memoryBytes: 471_040,
    memoryLimitBytes: 536_870_912,
    receivedBytes: 2240,
    sentBytes: 530,
    readBytes: 4100,
    writtenBytes: 100,
    processes: 2,
  });
});

test("with control groups of version 2, and where nothing was measured before", async () => {
  const memory_stats = { usage: 500, limit: 1000, stats: { inactive_file: 200 } };
  await expect(
    usageOf({ ...measured, memory_stats, precpu_stats: { cpu_usage: {} }, networks: null }),
  ).resolves.toEqual({
    memoryBytes: 300,
    memoryLimitBytes: 1000,
    readBytes: 4100,
    writtenBytes: 100,
    processes: 2,
  });
});

test("a container that does not run uses nothing, and a refusal is told", async () => {
  await expect(usageOf({ ...measured, cpu_stats: { cpu_usage: {} } })).resolves.toBeUndefined();
  await using fake = await startFakeEngine({
    routes: {
      "GET /containers/a/stats": refuse(404, "no such container"),
      "GET /containers/b/stats": refuse(403, "not allowed"),
      "GET /containers/c/stats": json({ cpu_stats: "much" }),
    },
  });
  await using engine = await fake.connect();
  await expect(engine.usage("a")).resolves.toBeUndefined();
  await expect(engine.usage("b")).rejects.toMatchObject({ code: "engine-refused" });
  await expect(engine.usage("c")).rejects.toMatchObject({ code: "engine-failed" });
});

test("usage is a table, with dashes for what is not known", () => {
  const rows = [
    {
      service: "app",
      container: "s-app-1",
      usage: {
        cpuPercent: 150.04,
        memoryBytes: 50_000_000,
        memoryLimitBytes: 100_000_000,
        receivedBytes: 2240,
        sentBytes: 530,
        processes: 12,
      },
    },
    { service: "db", container: "s-db-1" },
  ];
  const style = createStyle({ color: false });
  expect(formatUsage(rows, { style, columns: undefined })).toMatchInlineSnapshot(`
    "SERVICE     CPU   MEMORY / LIMIT      MEM     NET IN / OUT   BLOCK IN / OUT   PIDS
    app       150 %   50 MB / 100 MB   50.0 %   2.2 kB / 530 B                -     12
    db            -                -        -                -                -      -"
  `);
});
