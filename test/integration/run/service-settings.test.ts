import { expect, test } from "vitest";
import * as z from "zod";
import { planStack } from "../../../src/run/plan-stack.ts";
import { up } from "../../../src/run/up.ts";
import type { Logging, Service } from "../../../src/stack/stack.ts";
import { readHostGateways } from "../../../src/verify/network/host-gateway.ts";
import { aProbe } from "../../support/a-probe.ts";
import { aService } from "../../support/a-service.ts";
import { engineApi } from "../../support/engine-api.ts";
import { aShellService, createTestStack, type TestStack } from "../../support/runtime.ts";

/**
 * Settings of a service on their way to a real Engine and, seen from inside its container, into
 * force.
 */

/** A service with some settings, brought up, and found by the next plan to be as declared. */
async function bringUp(
  rig: TestStack,
  parts: Partial<Service> & { readonly script?: string },
): Promise<void> {
  const stack = rig.stack({ services: [aShellService(rig.name, "app", parts)] });
  const report = await up(rig.context(stack), {});
  expect(report.nodes.flatMap(({ outcome }) => ("error" in outcome ? outcome.error : []))).toEqual(
    [],
  );
  expect((await planStack(rig.context(stack), {})).plan.nodes).toEqual([]);
}

/** What a line of shell in the service prints. */
async function inside(rig: TestStack, script: string): Promise<string> {
  const command = ["/bin/sh", "-c", script];
  const { output } = await rig.engine.exec(`${rig.name}-app-1`, command, { timeoutMs: 10_000 });
  return output.trim();
}

test("ulimits and the size of /dev/shm hold inside the container", async () => {
  await using rig = await createTestStack();
  const { limits } = aService({ name: "app" });
  const ulimits = [
    { name: "core", soft: 0, hard: 0 },
    { name: "nofile", soft: 100, hard: 200 },
  ];
  await bringUp(rig, { limits: { ...limits, shmBytes: 32 * 1024 * 1024, ulimits } });

  expect(await inside(rig, "ulimit -Sn; ulimit -Hn; ulimit -c")).toBe("100\n200\n0");
  expect(await inside(rig, "cat /proc/mounts")).toMatch(/ \/dev\/shm tmpfs \S*size=32768k/);
});

test("further groups hold inside the container, and another one is drift", async () => {
  await using rig = await createTestStack();
  await bringUp(rig, { groups: ["4711", "4713"] });

  expect(await inside(rig, "cat /proc/1/status")).toMatch(/^Groups:\t(?:\d+ )*4711 4713 /m);
  const service = aShellService(rig.name, "app", { groups: ["4712"] });
  const { plan } = await planStack(rig.context(rig.stack({ services: [service] })), {});
  expect(plan.nodes.map(({ cause }) => cause).join("\n")).toContain("user");
});

/** The C library under a name of its own, in memory: loading it takes `exec`. */
const loadFromMemory =
  "cat /lib/*-linux-gnu/libc.so.6 > /run/app/copy.so && LD_PRELOAD=/run/app/copy.so /bin/ls / 2>&1";

const memory = { target: "/run/app", sizeBytes: 16 * 1024 * 1024, mode: 0o700 };

test("programs run from a path in memory with `exec`, and nothing there is setuid or a device", async () => {
  await using rig = await createTestStack();
  await bringUp(rig, { tmpfs: [{ ...memory, exec: true, gid: 5 }] });

  expect(await inside(rig, loadFromMemory)).not.toContain("failed to map");
  const mount = (await inside(rig, "cat /proc/mounts"))
    .split("\n")
    .find((line) => line.includes(" /run/app "));
  const options = mount?.split(" ")[3]?.split(",") ?? [];
  expect(options).toEqual(
    expect.arrayContaining(["rw", "nosuid", "nodev", "size=16384k", "mode=700", "gid=5"]),
  );
  expect(options).not.toContain("noexec");
});

test("a service that may run nothing from a path in memory is told of `exec`", async () => {
  await using rig = await createTestStack();
  const script = `${loadFromMemory}; exit 3`;
  const service = aShellService(rig.name, "app", {
    script,
    tmpfs: [memory],
    restart: { type: "no" },
    probes: [aProbe({ type: "log_line", pattern: "never" })],
  });
  const report = await up(rig.context(rig.stack({ services: [service] })), {});

  expect(
    report.nodes.flatMap(({ outcome }) => ("error" in outcome ? outcome.error.hint : [])),
  ).toEqual([
    expect.stringContaining("Nothing can be run from /run/app, a path in memory: give it `exec`"),
  ]);
});

/** Where the Engine says that the service's output goes. */
async function logConfig(rig: TestStack): Promise<unknown> {
  const inspected = z
    .object({ HostConfig: z.object({ LogConfig: z.unknown() }) })
    .parse(await engineApi("GET", `/containers/${rig.name}-app-1/json`));
  return inspected.HostConfig.LogConfig;
}

async function linesOf(rig: TestStack): Promise<readonly string[]> {
  const lines = await Array.fromAsync(rig.engine.logs(`${rig.name}-app-1`, { follow: false }));
  return lines.map(({ text }) => text);
}

const greets = { script: "echo hello; trap 'exit 0' TERM; while :; do sleep 0.05; done" };
const saidHello = aProbe({ type: "log_line", pattern: "hello" }, { successThreshold: 1 });

test.each<[string, Logging, unknown]>([
  [
    "json-file with an option, bounded in the others",
    { driver: "json-file", options: [["max-size", "1m"]] },
    { Type: "json-file", Config: { "max-size": "1m", "max-file": "3" } },
  ],
  [
    "local",
    { driver: "local", options: [["max-size", "1m"]] },
    { Type: "local", Config: { "max-size": "1m" } },
  ],
])("a log of %s holds what the service writes", async (_, logging, expected) => {
  await using rig = await createTestStack();
  await bringUp(rig, { ...greets, logging, probes: [saidHello] });

  expect(await logConfig(rig)).toEqual(expected);
  expect(await linesOf(rig)).toEqual(["hello"]);
});

test("a log of none is kept nowhere, and who reads it is told", async () => {
  await using rig = await createTestStack();
  await bringUp(rig, { ...greets, logging: { driver: "none", options: [] } });

  await expect(linesOf(rig)).rejects.toThrow(/logging driver/);
});

test("a terminal and an open standard input arrive, and the log is read from both", async () => {
  await using rig = await createTestStack();
  const script = `test -t 0 && test -t 1 && ${greets.script}`;
  await bringUp(rig, { script, tty: true, stdinOpen: true, probes: [saidHello] });

  expect(await linesOf(rig)).toEqual(["hello"]);
});

test("extra hosts are found by name, the Engine's machine among them, and verify finds it, too", async () => {
  await using rig = await createTestStack();
  const extraHosts = [
    { name: "registry.example", address: "10.1.2.3" },
    { name: "six", address: "fe80::1" },
    { name: "me", address: "host-gateway" },
  ];
  await bringUp(rig, { extraHosts });

  const hosts = await inside(rig, "cat /etc/hosts");
  expect(hosts).toMatch(/^10\.1\.2\.3\s+registry\.example$/m);
  expect(hosts).toMatch(/^fe80::1\s+six$/m);
  const [, machine] = /^([\d.]+)\s+me$/m.exec(hosts) ?? [];
  expect(
    await readHostGateways(rig.engine, {
      service: aShellService(rig.name, "app", { extraHosts }),
      containerId: `${rig.name}-app-1`,
      signal: new AbortController().signal,
    }),
  ).toEqual([machine]);
});
