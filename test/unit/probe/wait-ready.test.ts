import { expect, test } from "vitest";
import type { AttemptResult, ProbeTarget } from "../../../src/probe/target.ts";
import {
  type ContainerCondition,
  waitReady,
  type WaitOutcome,
} from "../../../src/probe/wait-ready.ts";
import type { Probe } from "../../../src/stack/stack.ts";
import { aProbe, aTarget, logOf } from "../../support/a-probe.ts";
import { fakeClock, type FakeClock } from "../../support/fake-clock.ts";

interface Scene {
  readonly probes?: readonly Probe[];
  readonly target?: Partial<ProbeTarget>;
  readonly clock?: FakeClock;
  readonly condition?: () => ContainerCondition | undefined;
  readonly stopped?: Promise<unknown>;
  readonly signal?: AbortSignal;
  readonly onAttempt?: (probe: Probe, result: AttemptResult) => void;
}

const isRunning = (): ContainerCondition => ({ status: "running", restartCount: 0 });
const never = new Promise<never>(() => undefined);

async function wait(scene: Scene): Promise<WaitOutcome> {
  return waitReady({
    probes: scene.probes ?? [],
    target: aTarget(scene.target),
    inspect: async () => (scene.condition ?? isRunning)(),
    stopped: scene.stopped ?? never,
    clock: scene.clock ?? fakeClock(),
    onAttempt: scene.onAttempt ?? (() => undefined),
    signal: scene.signal ?? new AbortController().signal,
  });
}

/** A probe by command whose results are given one after the other; the last one stays. */
function scripted(
  results: readonly boolean[],
  parts: Partial<Probe> = {},
): {
  readonly probe: Probe;
  readonly target: Partial<ProbeTarget>;
  readonly attempts: () => number;
} {
  let count = 0;
  return {
    probe: aProbe({ type: "exec", command: ["check"] }, parts),
    target: {
      exec: async () => {
        const ok = results[Math.min(count, results.length - 1)] ?? false;
        count++;
        return { exitCode: ok ? 0 : 1, output: "" };
      },
    },
    attempts: () => count,
  };
}

test("ready is so many successes in a row, a lucky one does not count", async () => {
  const { probe, target, attempts } = scripted([false, true, false, true, true, true]);

  expect(await wait({ probes: [probe], target })).toMatchObject({ type: "ready" });
  expect(attempts()).toBe(5);
});

test("a startup probe goes first, and once is enough for it", async () => {
  const order: string[] = [];
  const startup = scripted([false, true], { phase: "startup", name: "startup" });
  const readiness = aProbe({ type: "log_line", pattern: "." }, { name: "readiness" });

  expect(
    await wait({
      probes: [readiness, startup.probe],
      target: { ...startup.target, readLog: () => logOf("x") },
      onAttempt: ({ name }, { ok }) => void order.push(`${name} ${ok}`),
    }),
  ).toMatchObject({ type: "ready" });
  expect(order).toEqual(["startup false", "startup true", "readiness true", "readiness true"]);
});

test("what comes from outside is tried every 25 ms for 5 seconds, then every 250 ms; commands every 200 ms", async () => {
  const clock = fakeClock();
  const outside = aProbe({ type: "tcp_socket", port: 1 }, { startPeriodMs: 10_000, retries: 1 });
  expect(await wait({ probes: [outside], clock })).toMatchObject({ elapsedMs: 10_250 });
  expect(clock.sleeps).toEqual([
    ...Array.from({ length: 200 }, () => 25),
    ...Array.from({ length: 21 }, () => 250),
  ]);

  const execClock = fakeClock();
  const { probe, target } = scripted([false], { startPeriodMs: 2000, retries: 1 });
  await wait({ probes: [probe], target, clock: execClock });
  expect(execClock.sleeps).toEqual(Array.from({ length: 11 }, () => 200));
});

test("what has succeeded while starting is asked again 25 ms later, also where an attempt is dear", async () => {
  const { probe, target } = scripted([false, true, true, false, true, true, true], {
    successThreshold: 3,
  });
  const clock = fakeClock();
  const at: number[] = [];
  await wait({ probes: [probe], target, clock, onAttempt: () => void at.push(clock.now()) });

  expect(at).toEqual([0, 200, 225, 250, 450, 475, 500]);
});

test("failures count only after the start period, and then at the probe's own interval", async () => {
  const clock = fakeClock();
  const { probe, target } = scripted([false], { startPeriodMs: 1000, intervalMs: 500, retries: 4 });
  const outcome = await wait({ probes: [probe], target, clock });

  expect(outcome).toEqual({
    type: "timed-out",
    probe,
    last: { ok: false, message: "exit code 1" },
    elapsedMs: 2700,
  });
  expect(clock.sleeps).toEqual([...Array.from({ length: 6 }, () => 200), 500, 500, 500]);
});

test("a probe's time is over when more of it has passed than it has", async () => {
  const { probe, target } = scripted([false], { startPeriodMs: 1000, intervalMs: 200, retries: 2 });
  expect(await wait({ probes: [probe], target })).toMatchObject({ elapsedMs: 1400 });
});

test("what has begun to succeed when its time is over is asked again as often as it must", async () => {
  const { probe, target } = scripted([false, true, true], { startPeriodMs: 0, retries: 1 });
  expect(await wait({ probes: [probe], target })).toEqual({ type: "ready", attempts: 3 });
});

test("the attempts of all probes are counted, a startup probe's threshold is one", async () => {
  const startup = scripted([false, true], { phase: "startup", successThreshold: 3 });
  const readiness = aProbe({ type: "log_line", pattern: "." }, { successThreshold: 3 });
  const once = aProbe({ type: "log_line", pattern: "." }, { successThreshold: 1 });
  const target = { ...startup.target, readLog: () => logOf("x") };

  expect(await wait({ probes: [startup.probe, readiness, once], target })).toEqual({
    type: "ready",
    attempts: 2 + 3 + 1,
  });
});

test("where it cannot be known any more whether the container stops, the wait ends with why", async () => {
  const lost = Promise.withResolvers<never>();
  const { probe, target } = scripted([false]);
  const reason = new Error("the Engine is gone");
  const waiting = wait({
    probes: [probe],
    target,
    stopped: lost.promise,
    onAttempt: () => lost.reject(reason),
  });
  await expect(waiting).rejects.toBe(reason);
});

test("a service that becomes healthy within its budget is ready", async () => {
  const clock = fakeClock();
  const late: Partial<ProbeTarget> = {
    exec: async () => ({ exitCode: clock.now() < 89_000 ? 1 : 0, output: "" }),
  };
  const probe = aProbe({ type: "exec", command: ["check"] }, { startPeriodMs: 90_000 });

  expect(await wait({ probes: [probe], target: late, clock })).toMatchObject({ type: "ready" });
});

test("a container that stops ends the wait at once, whatever its probes are doing", async () => {
  const { promise: stopped, resolve: stop } = Promise.withResolvers<number>();
  const hangs: ProbeTarget["exec"] = async (_, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      stop(137);
    });
  const probe = aProbe({ type: "exec", command: ["check"] }, { timeoutMs: 600_000 });

  expect(await wait({ probes: [probe], target: { exec: hangs }, stopped })).toEqual({
    type: "stopped",
  });
});

test.each<[string, ContainerCondition | undefined]>([
  ["exited", { status: "exited", restartCount: 0 }],
  ["restarting", { status: "restarting", restartCount: 1 }],
  ["gone", undefined],
])("a container that is %s from the start is not waited for", async (_, condition) => {
  expect(await wait({ condition: () => condition })).toEqual({ type: "stopped" });
});

test("running in a crash loop is not ready, although the container runs whenever it is looked at", async () => {
  let restartCount = 0;
  const condition = (): ContainerCondition => ({ status: "running", restartCount: restartCount++ });
  const { probe, target } = scripted([true]);

  expect(await wait({ probes: [probe], target, condition })).toEqual({ type: "stopped" });
  expect(await wait({ condition })).toEqual({ type: "stopped" });
});

test("a service without probes is ready when it has run for half a second", async () => {
  const clock = fakeClock();

  expect(await wait({ clock })).toEqual({ type: "ready", attempts: 0 });
  expect(clock.now()).toBe(500);
});

test("an interruption ends the wait with its reason", async () => {
  const controller = new AbortController();
  const reason = new Error("Interrupted by SIGINT.");
  const { probe, target } = scripted([false]);
  const waiting = wait({
    probes: [probe],
    target,
    signal: controller.signal,
    onAttempt: () => controller.abort(reason),
  });

  await expect(waiting).rejects.toBe(reason);
});

test("what fails for another reason than the container's end is thrown as it is", async () => {
  const broken = new Error("the Engine said no");
  const condition = (): never => {
    throw broken;
  };
  await expect(wait({ condition })).rejects.toBe(broken);
});
