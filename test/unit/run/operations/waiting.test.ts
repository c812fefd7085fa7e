import { expect, test } from "vitest";
import type { RunEventBody } from "../../../../src/run/execution/event.ts";
import { waitCompleted, waitServiceReady } from "../../../../src/run/operations/waits.ts";
import { tellWaiting } from "../../../../src/run/operations/waiting.ts";
import { aStack } from "../../../support/builders.ts";
import { aService } from "../../../support/a-service.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { type Script, scriptedEngine } from "../../../support/scripted-engine.ts";

const node = {
  id: "ready:app",
  operation: { type: "wait-ready", service: "app" },
  cause: "started",
  dependsOn: [],
} as const;

test("a reason is told when it is new, and every ten seconds where the wait stands", async () => {
  const clock = fakeClock();
  clock.advance(5000);
  const told: string[] = [];
  const emit = (event: RunEventBody): void => {
    if (event.type === "node-output") told.push(`line: ${event.line}`);
    if (event.type === "node-waiting") told.push(`${event.waitedMs}: ${event.reason}`);
  };
  const { signal } = new AbortController();
  {
    using waiting = tellWaiting(node, { emit, clock, signal });
    await clock.sleep(11_000);
    expect(waiting.last()).toBeUndefined();
    waiting.note("refused");
    waiting.note("refused");
    waiting.note("timed out");
    waiting.note("refused");
    expect(waiting.last()).toBe("refused");
    await clock.sleep(10_000);
    waiting.say("the Engine is away", true);
    await clock.sleep(10_000);
    waiting.say("the Engine is back", false);
    await clock.sleep(10_000);
  }
  await clock.sleep(30_000);
  expect(told).toEqual([
    "10000: no probe has answered yet",
    "line: refused",
    "line: timed out",
    "line: refused",
    "20000: refused",
    "21000: the Engine is away",
    "30000: the Engine is away",
    "31000: the Engine is back",
    "40000: refused",
  ]);
});

/** How waiting for a service ends whose container is seen like this. */
async function waited(script: Script, job = false): Promise<string> {
  const context = {
    stack: aStack({ services: [aService({ name: "app", job, probes: [] })] }),
    engine: scriptedEngine(script),
    emit: () => undefined,
    clock: fakeClock(),
    signal: new AbortController().signal,
  };
  const waiting = job
    ? waitCompleted(node, { type: "wait-completed", service: "app" }, context)
    : waitServiceReady(node, { type: "wait-ready", service: "app" }, context);
  return await waiting.catch((error: Error) => error.message);
}

test("a service without probes is ready as soon as it runs, and one that is gone is told", async () => {
  expect(await waited({ inspect: () => ({}) })).toBe("runs; it has no probes");
  expect(await waited({ inspect: () => "gone" })).toBe('Service "app" is gone.');
});

test("a job is done when it has ended with nothing to complain of", async () => {
  const ended = { status: "exited", exitCode: 0 } as const;
  expect(await waited({ inspect: () => ended }, true)).toBe("completed");
  expect(await waited({ inspect: () => ({ ...ended, exitCode: 4 }) }, true)).toBe(
    'Service "app" ended with exit code 4.',
  );
  expect(await waited({ inspect: () => "gone" }, true)).toBe('The container of job "app" is gone.');
  let looks = 0;
  expect(await waited({ inspect: () => (++looks < 2 ? {} : ended) }, true)).toBe("completed");
});

test("how a job ended is told by the Engine's events where it was started again", async () => {
  const endsWith = (exitCode: number): Script => ({
    inspect: () => ({ restartCount: 1 }),
    ends: () => [{ exitCode, atMs: Date.parse("2026-05-01T12:00:01Z") }],
  });
  expect(await waited(endsWith(0), true)).toBe("completed");
  expect(await waited(endsWith(5), true)).toBe(
    'Service "app" ends again and again, last with exit code 5.',
  );
});
