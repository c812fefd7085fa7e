import { expect, test } from "vitest";
import { EngineResponseError } from "../../../../src/docker/errors.ts";
import { QclockError } from "../../../../src/error.ts";
import { connectInside } from "../../../../src/run/services/connect-inside.ts";
import { createProbeTarget } from "../../../../src/run/services/probe-target.ts";
import { aContainerState } from "../../../support/a-subject.ts";

const signal = new AbortController().signal;

/** What a container says to each program that is run in it; what it lacks the Engine refuses. */
function aContainer(exitCodes: Readonly<Record<string, number>>) {
  const ran: string[] = [];
  return {
    ran,
    engine: {
      endpoint: { url: "unix:///engine.sock", local: true, origin: "a test" },
      async exec(_id: string, [program = "", ...rest]: readonly string[]) {
        ran.push([program, ...rest].join(" "));
        const exitCode = exitCodes[program];
        if (exitCode !== undefined) return { exitCode, output: "" };
        const cause = new EngineResponseError(500, "not found");
        throw new QclockError("engine-failed", "no such program", { cause });
      },
      logs: () => {
        throw new Error("no log is read");
      },
    },
  };
}

async function connect(exitCodes: Readonly<Record<string, number>>): Promise<unknown> {
  const { engine } = aContainer(exitCodes);
  return await connectInside({ engine, containerId: "c", address: "10.0.0.2", port: 80, signal });
}

test("a port is open where a program of the container connects to it", async () => {
  const open = { ok: true, message: "port 80 is open" };
  expect(await connect({ "/bin/bash": 0 })).toEqual(open);
  expect(await connect({ "/bin/bash": 127, "/bin/busybox": 0 })).toEqual(open);
  expect(await connect({ "/bin/bash": 126, "/bin/busybox": 0 })).toEqual(open);
  // Ended while the other side said nothing.
  expect(await connect({ "/usr/bin/busybox": 143 })).toEqual(open);
});

test("a refusal is one, and without a program there is no verdict", async () => {
  const refused = { ok: false, message: "connection refused" };
  expect(await connect({ "/bin/bash": 1 })).toEqual(refused);
  expect(await connect({ "/bin/busybox": 1 })).toEqual(refused);
  expect(await connect({})).toBe(undefined);
});

test("a failure that is no answer of the Engine's is not taken for a missing program", async () => {
  const engine = {
    exec: async () => Promise.reject(new QclockError("engine-unreachable", "gone")),
  };
  const request = { engine, containerId: "c", address: "10.0.0.2", port: 80, signal };
  await expect(connectInside(request)).rejects.toThrow("gone");
});

test("a container of a rootless Engine is reached by its published ports, and from within itself", async () => {
  const { engine, ran } = aContainer({ "/bin/bash": 0 });
  const state = aContainerState({
    isRouted: false,
    addresses: new Map([["t_edge", "10.213.0.2"]]),
    publishedPorts: [
      { containerPort: 80, hostAddress: "127.0.0.1", hostPort: 8080, protocol: "tcp" },
    ],
  });
  const target = await createProbeTarget(engine, state, { ports: [81], isolated: new Set() });
  expect(target.address(80)).toMatchObject({ host: "127.0.0.1", port: 8080 });
  expect(target.address(81)).toBe(undefined);
  expect(await target.connectInside?.(81, signal)).toMatchObject({ ok: true });
  expect(ran).toEqual(['/bin/bash -c exec 3<>"/dev/tcp/$0/$1" 10.213.0.2 81']);
});

test("a container of an Engine elsewhere is tried from within itself, too", async () => {
  const { engine } = aContainer({ "/bin/bash": 0 });
  const endpoint = { url: "ssh://host.example", local: false, origin: "a test" };
  const target = await createProbeTarget({ ...engine, endpoint }, aContainerState(), {
    ports: [81],
    isolated: new Set(),
  });
  expect(target.address(81)).toBe(undefined);
  expect(await target.connectInside?.(81, signal)).toMatchObject({ ok: true });
});

test("where this machine has a route, no program is run for it", async () => {
  const { engine } = aContainer({});
  const target = await createProbeTarget(engine, aContainerState(), {
    ports: [81],
    isolated: new Set(),
  });
  expect(target.connectInside).toBe(undefined);
});
