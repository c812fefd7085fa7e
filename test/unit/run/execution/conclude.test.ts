import { expect, test } from "vitest";
import { concludeStarted } from "../../../../src/run/execution/conclude.ts";
import type { RunEventBody } from "../../../../src/run/execution/event.ts";
import { aService } from "../../../support/a-service.ts";
import { aContainerState } from "../../../support/a-subject.ts";
import { aStack } from "../../../support/builders.ts";
import { unreachableEngine } from "../../../support/scripted-engine.ts";

const stack = aStack({ services: ["db", "web", "job"].map((name) => aService({ name })) });

/** What is said of three services that a run has started, by the state of each. */
async function conclude(
  states: Readonly<Record<string, "running" | "restarting" | "exited" | "created" | "silent">>,
  { interrupted = false } = {},
): Promise<{ readonly said: string; readonly stopped: readonly string[] }> {
  const said: string[] = [];
  const stopped: string[] = [];
  const emit = (event: RunEventBody): void => {
    if (event.type === "notice") said.push(`${event.message} ${event.hint ?? ""}`.trim());
  };
  await concludeStarted(
    { stack, emit, signal: interrupted ? AbortSignal.abort() : new AbortController().signal },
    {
      async inspectContainer(name) {
        const status = states[name];
        if (status === "silent") throw unreachableEngine();
        return status === undefined ? undefined : aContainerState({ name, status });
      },
      async stopContainer(name, gracePeriodMs) {
        if (states[name] === "silent") throw unreachableEngine();
        stopped.push(`${name} ${gracePeriodMs}`);
      },
    },
    new Set(Object.keys(states)),
  );
  return { said: said.join("\n"), stopped };
}

test("a run that failed says what it leaves running, and stops nothing", async () => {
  expect(await conclude({ "t-db-1": "running", "t-web-1": "exited" })).toEqual({
    said: "Started by this run and left running: db; started and ended: web. `qclock up` goes on from here; `qclock down` stops and removes them.",
    stopped: [],
  });
  expect((await conclude({ "t-db-1": "running", "t-web-1": "silent" })).said).toMatch(
    /left running: db; .*: web\. `qclock up` goes on from here/u,
  );
  expect(await conclude({ "t-web-1": "exited" })).toMatchObject({
    said: "Started and ended: web.",
  });
  expect((await conclude({ "t-db-1": "restarting" })).said).toMatch(
    /^Started by this run and left running: db\. /u,
  );
  expect((await conclude({ "t-db-1": "silent", "not-of-the-stack": "exited" })).said).toBe(
    "Started and ended: not-of-the-stack; started, and not known whether they run, since the Engine does not answer: db. `qclock up` goes on from here; `qclock down` stops and removes them.",
  );
  expect((await conclude({ "t-db-1": "silent" })).said).toContain(
    "Started, and not known whether they run, since the Engine does not answer: db.",
  );
});

test("of a service that could not be started, or that has been taken away again, nothing is said", async () => {
  expect((await conclude({ "t-web-1": "created" })).said).toBe("");
  expect((await conclude({ "t-db-1": "running", "t-web-1": "created" })).said).toMatch(
    /^Started by this run and left running: db\. /u,
  );
});

test("a run that was interrupted stops what it started, and says so", async () => {
  const interrupted = { interrupted: true };
  expect(await conclude({ "t-db-1": "running", "t-web-1": "running" }, interrupted)).toEqual({
    said: "Stopped, since this run had started them: db, web.",
    stopped: ["t-db-1 3000", "t-web-1 3000"],
  });
  expect(await conclude({ "t-db-1": "running", "t-web-1": "silent" }, interrupted)).toMatchObject({
    said: "Stopped, since this run had started them: db; could not be stopped, and may still run: web.",
  });
});

test("a run that started nothing has nothing to say", async () => {
  expect(await conclude({})).toEqual({ said: "", stopped: [] });
});
