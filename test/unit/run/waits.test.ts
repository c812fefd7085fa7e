import { expect, test } from "vitest";
import { QclockError } from "../../../src/error.ts";
import type { PlanNode } from "../../../src/plan/plan.ts";
import { waitCompleted, waitServiceReady } from "../../../src/run/operations/waits.ts";
import type { RunEventBody } from "../../../src/run/execution/event.ts";
import type { Probe, Service } from "../../../src/stack/stack.ts";
import { aProbe } from "../../support/a-probe.ts";
import { aService } from "../../support/a-service.ts";
import { aStack } from "../../support/builders.ts";
import { fakeClock, type FakeClock } from "../../support/fake-clock.ts";
import { scriptedEngine, type Script, unreachableEngine } from "../../support/scripted-engine.ts";

const startedAt = "2026-05-01T12:00:00.000Z";
const started = Date.parse(startedAt);
const failing = { exitCode: 1, output: "database is not there" };

interface Waited {
  readonly result: unknown;
  readonly error: QclockError | undefined;
  readonly told: readonly string[];
}

async function wait(
  script: Omit<Script, "inspect"> & { readonly inspect?: Script["inspect"] },
  {
    clock = fakeClock(),
    probe = {},
    service = {},
  }: { clock?: FakeClock; probe?: Partial<Probe>; service?: Partial<Service> } = {},
): Promise<Waited> {
  const told: string[] = [];
  const emit = (event: RunEventBody): void => {
    if (event.type === "node-waiting")
      told.push(`${Math.round(event.waitedMs / 1000)} s: ${event.reason}`);
  };
  const app = aService({
    name: "app",
    probes: [aProbe({ type: "exec", command: ["check"] }, { name: "exec:check", ...probe })],
    ...service,
  });
  const context = {
    stack: aStack({ services: [app] }),
    engine: scriptedEngine({ inspect: () => ({ startedAt }), ...script }),
    emit,
    clock,
    signal: new AbortController().signal,
  };
  const operation = { type: app.job ? "wait-completed" : "wait-ready", service: "app" } as const;
  const node: PlanNode = { id: "wait:app", operation, cause: "started", dependsOn: [] };
  const waiting =
    operation.type === "wait-completed"
      ? waitCompleted(node, { type: "wait-completed", service: "app" }, context)
      : waitServiceReady(node, { type: "wait-ready", service: "app" }, context);
  const result: unknown = await waiting.catch((error: unknown) => error);
  return { result, error: result instanceof QclockError ? result : undefined, told };
}

test("what a wait waits for is told every ten seconds, and the whole time that it took at the end", async () => {
  const timing = { startPeriodMs: 30_000, retries: 3, intervalMs: 5000 };
  const { error, told } = await wait({ exec: () => failing }, { probe: timing });

  expect(told.map((line) => line.replace(/^\d+ s: /u, ""))).toEqual(
    told.map(() => "exec:check: exit code 1: database is not there"),
  );
  expect(told.length).toBeGreaterThanOrEqual(4);
  expect(error).toMatchObject({
    code: "probe-failed",
    hint: expect.stringMatching(
      /^It had 30 s \(`start_period`\) and 2 more tries at intervals of 5 s \(`retries`, `interval`\); given up after 4[0-9.]+ s\./u,
    ),
    details: expect.arrayContaining([
      "last probe: exec:check: exit code 1: database is not there",
      "container: running",
    ]),
  });
});

test("an Engine that is restarted is noticed, and the wait goes on when its container lives", async () => {
  const clock = fakeClock();
  const isAway = (): boolean => clock.now() > 4000 && clock.now() < 9000;
  const { result, told } = await wait(
    {
      inspect: () => (isAway() ? unreachableEngine() : { startedAt }),
      exec: () => (clock.now() < 15_000 ? failing : { exitCode: 0, output: "" }),
    },
    { clock },
  );

  expect(result).toMatch(/^ready after/u);
  expect(told[0]).toMatch(/^[4-8] s: the Engine has gone away; it has 30 s to come back$/u);
  expect(told[1]).toMatch(/^(?:9|10) s: the Engine answers again after [1-6] s$/u);
});

test("a probe that succeeds while the Engine is away does not end the wait: the container is looked at when it is back", async () => {
  const clock = fakeClock();
  const isAway = (): boolean => clock.now() > 4000 && clock.now() < 9000;
  const { result, told } = await wait(
    {
      inspect: () => (isAway() ? unreachableEngine() : { startedAt }),
      // As one from outside does, which needs no Engine.
      exec: () => (isAway() ? { exitCode: 0, output: "" } : failing),
    },
    { clock },
  );

  expect(result).toMatch(/^ready after/u);
  expect(told[0]).toContain("the Engine has gone away");
  expect(clock.now()).toBeGreaterThan(9000);
});

test.each([
  [
    "ended",
    { status: "exited", exitCode: 137, startedAt },
    "ended with exit code 137 (killed, SIGKILL)",
  ],
  ["gone", "gone", "is gone"],
  [
    "started anew",
    { startedAt: "2026-05-01T12:00:08Z" },
    "was started anew while it was waited for",
  ],
] as const)(
  "a container that is %s after the Engine came back ends the wait",
  async (_, after, said) => {
    const clock = fakeClock();
    const inspect: Script["inspect"] = () => {
      if (clock.now() < 3000) return { startedAt };
      return clock.now() < 8000 ? unreachableEngine() : after;
    };
    const { error } = await wait({ inspect, exec: () => failing }, { clock });

    expect(error?.message).toBe(`Service "app" ${said}.`);
    expect(error?.details.join("\n")).not.toContain("exit code 0");
    expect(error?.details.join("\n")).toMatch(/the Engine was away for [0-9.]+ s meanwhile/u);
    expect(error?.hint).toContain("run the command again");
    expect(clock.now()).toBeLessThan(13_000);
  },
);

test("an Engine that does not come back is given up after half a minute, with the last word of the probe", async () => {
  const clock = fakeClock();
  const inspect: Script["inspect"] = () =>
    clock.now() < 3000 ? { startedAt } : unreachableEngine();
  const { error, told } = await wait(
    { inspect, exec: () => failing },
    { clock, probe: { startPeriodMs: 600_000 } },
  );

  expect(error).toMatchObject({
    code: "engine-unreachable",
    details: ["last probe: exec:check: exit code 1: database is not there"],
  });
  expect(clock.now()).toBeGreaterThan(30_000);
  expect(clock.now()).toBeLessThan(40_000);
  expect(told.length).toBeGreaterThan(2);
  for (const line of told) expect(line).toContain("the Engine has gone away");
});

test("an Engine that hangs ends the wait when its call has had its time", async () => {
  const clock = fakeClock();
  const gaveUp = new QclockError("engine-silent", "the Engine gave no answer within 30 s.");
  const inspect: Script["inspect"] = () => (clock.now() < 3000 ? { startedAt } : gaveUp);
  const { error } = await wait({ inspect, exec: () => failing }, { clock });

  expect(error).toMatchObject({ code: "engine-silent", message: gaveUp.message });
  expect(clock.now()).toBeLessThan(6000);
});

test("a container in a crash loop ends with the code that the Engine's events tell, not with that of the moment", async () => {
  const running = { startedAt, restartCount: 2, exitCode: 0 };
  const ends = () => [
    { exitCode: 1, atMs: started - 2000 },
    { exitCode: 78, atMs: started - 500 },
  ];
  let looks = 0;
  const inspect: Script["inspect"] = () => ({ ...running, restartCount: (looks += 1) });
  const { error } = await wait({ inspect, ends }, { probe: { successThreshold: 1 } });

  expect(error).toMatchObject({
    code: "container-exited",
    message: 'Service "app" ends again and again, last with exit code 78.',
  });
  expect(error?.details[0]).toMatch(
    /^container: running, restarted \d+ times, ended before with exit code 78$/u,
  );
});

test("an end that the events tell of is noticed at once, although the container runs whenever it is looked at", async () => {
  const clock = fakeClock();
  let dies = false;
  const inspect: Script["inspect"] = () => ({ startedAt, ...(dies ? { restartCount: 1 } : {}) });
  const ends = () => {
    dies = true;
    return [{ exitCode: 139, atMs: started + 200 }];
  };
  const { error } = await wait({ inspect, ends, exec: () => failing }, { clock });

  expect(error?.message).toBe(
    'Service "app" ends again and again, last with exit code 139 (crashed, SIGSEGV).',
  );
  expect(clock.now()).toBeLessThan(1000);
});

test("long lines of a log are cut in the error, and what is left out is counted", async () => {
  const log = ["short", "x".repeat(60_000)];
  const { error } = await wait({ inspect: () => ({ status: "exited", exitCode: 1 }), log });

  const [state, title, first = "", second = ""] = error?.details ?? [];
  expect(state).toBe("container: exited, exit code 1");
  expect(title).toBe("log, last 2 lines:");
  expect(first).toBe("  short");
  expect(second).toBe(`  ${"x".repeat(500)}… (59500 more characters)`);
});

test("how long it took to be ready is told from when it was waited for, whatever the clock says", async () => {
  const tellAfter = async (durationMs: number): Promise<unknown> => {
    const clock = fakeClock();
    clock.advance(durationMs);
    let tries = 0;
    const exec: Script["exec"] = () => (++tries < 3 ? failing : { exitCode: 0, output: "" });
    return (await wait({ exec }, { clock })).result;
  };
  const told = await tellAfter(0);
  expect(told).toMatch(/^ready after [1-9]\d+ ms$/);
  expect(await tellAfter(5_000)).toBe(told);
});

test("a job that runs says so, and ends with its own code", async () => {
  const clock = fakeClock();
  const inspect: Script["inspect"] = () =>
    clock.now() < 25_000 ? { startedAt } : { startedAt, status: "exited", exitCode: 3 };
  const { error, told } = await wait({ inspect }, { clock, service: { job: true, probes: [] } });

  expect(told).toEqual(["10 s: the job is running", "20 s: the job is running"]);
  expect(error).toMatchObject({
    code: "job-failed",
    message: 'Service "app" ended with exit code 3.',
  });
});
