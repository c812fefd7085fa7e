import { expect, test } from "vitest";
import { QclockError } from "../../../../src/error.ts";
import type { Plan, PlanNode } from "../../../../src/plan/plan.ts";
import type { RunEventBody, RunReport } from "../../../../src/run/execution/event.ts";
import { execute } from "../../../../src/run/execution/execute.ts";
import { fakeClock } from "../../../support/fake-clock.ts";

/** A node of the plan that waits for others: `aNode("c", ["a", "b"])`. */
function aNode(
  id: string,
  dependsOn: readonly string[] = [],
  operation?: PlanNode["operation"],
): PlanNode {
  return {
    id,
    operation: operation ?? { type: "create-volume", volume: id },
    cause: "not found",
    dependsOn,
  };
}

interface RunOptions {
  readonly perform?: (node: PlanNode) => Promise<string | undefined>;
  readonly jobs?: number;
  readonly signal?: AbortSignal;
  readonly events?: RunEventBody[];
}

async function run(nodes: readonly PlanNode[], options: RunOptions = {}): Promise<RunReport> {
  const plan: Plan = { stack: "t", nodes, unchanged: [], notices: [] };
  return execute({
    plan,
    command: "up",
    perform: options.perform ?? (async () => undefined),
    emit: (event) => void options.events?.push(event),
    clock: fakeClock(),
    jobs: options.jobs ?? 4,
    signal: options.signal ?? new AbortController().signal,
  });
}

function outcomes(report: RunReport): Record<string, string> {
  return Object.fromEntries(
    report.nodes.map(({ node, outcome }) => [
      node.id,
      outcome.status === "skipped" ? outcome.reason : outcome.status,
    ]),
  );
}

/** Lets a test say when each node ends. */
function gates(): {
  readonly perform: (node: PlanNode) => Promise<undefined>;
  readonly started: string[];
  open(id: string): void;
} {
  const started: string[] = [];
  const open = new Map<string, () => void>();
  return {
    started,
    perform: ({ id }) => {
      started.push(id);
      const { promise, resolve } = Promise.withResolvers<undefined>();
      open.set(id, () => resolve(undefined));
      return promise;
    },
    open: (id) => open.get(id)?.(),
  };
}

async function settled(): Promise<void> {
  await new Promise((resolve) => void setImmediate(resolve));
}

test("a node starts as soon as what it depends on has succeeded, and not before", async () => {
  //   a   b
  //    \ / \
  //     c   d
  const { perform, started, open } = gates();
  const running = run([aNode("a"), aNode("b"), aNode("c", ["a", "b"]), aNode("d", ["b"])], {
    perform,
  });

  await settled();
  expect(started).toEqual(["a", "b"]);
  open("b");
  await settled();
  expect(started).toEqual(["a", "b", "d"]);
  open("a");
  await settled();
  expect(started).toEqual(["a", "b", "d", "c"]);
  open("c");
  open("d");
  expect((await running).status).toBe("succeeded");
});

test("a failure skips what depends on it, however far, and spares the rest", async () => {
  const nodes = [
    aNode("broken"),
    aNode("child", ["broken"]),
    aNode("grandchild", ["child"]),
    aNode("sibling"),
  ];
  const report = await run(nodes, {
    perform: async ({ id }) => {
      if (id === "broken") throw new QclockError("engine-failed", "It broke.");
      return undefined;
    },
  });

  expect(report.status).toBe("failed");
  expect(outcomes(report)).toEqual({
    broken: "failed",
    child: "dependency-failed",
    grandchild: "dependency-failed",
    sibling: "succeeded",
  });
});

test("no more nodes run at a time than asked for, but those that only wait take no place", async () => {
  const { perform, started, open } = gates();
  const waiting = aNode("wait:x", [], { type: "wait-ready", service: "x" });
  const running = run([waiting, aNode("a"), aNode("b"), aNode("c")], { perform, jobs: 2 });

  await settled();
  expect(started).toEqual(["wait:x", "a", "b"]);
  open("a");
  await settled();
  expect(started).toEqual(["wait:x", "a", "b", "c"]);
  for (const id of ["wait:x", "b", "c"]) open(id);
  await running;
});

test("an interruption ends what runs and starts nothing more", async () => {
  const controller = new AbortController();
  const report = await run([aNode("a"), aNode("b", ["a"])], {
    signal: controller.signal,
    perform: async () => {
      controller.abort(new QclockError("interrupted", "Interrupted by SIGINT."));
      controller.signal.throwIfAborted();
      return undefined;
    },
  });

  expect(report.status).toBe("aborted");
  expect(outcomes(report)).toEqual({ a: "aborted", b: "aborted" });
});

test("the report is the sum of the events that were shown", async () => {
  const events: RunEventBody[] = [];
  const report = await run([aNode("a"), aNode("b", ["a"])], {
    events,
    perform: async ({ id }) => `${id} is there`,
  });

  expect(
    events.map((event) => ("node" in event ? `${event.type} ${event.node.id}` : event.type)),
  ).toEqual([
    "run-started",
    "node-started a",
    "node-finished a",
    "node-started b",
    "node-finished b",
    "run-finished",
  ]);
  expect(report.nodes.map(({ outcome }) => outcome)).toEqual([
    { status: "succeeded", note: "a is there" },
    { status: "succeeded", note: "b is there" },
  ]);
  expect(events.at(-1)).toEqual({ type: "run-finished", report });
});

test("a plan with nothing to do is a success", async () => {
  expect(await run([])).toMatchObject({ status: "succeeded", durationMs: 0, nodes: [] });
});

test("a bug is not taken for a failure of the world", async () => {
  const bug = new TypeError("undefined is not a function");

  await expect(
    run([aNode("a"), aNode("b", ["a"])], {
      perform: async () => {
        throw bug;
      },
    }),
  ).rejects.toBe(bug);
});

test("a bug does not leave work behind that goes on by itself", async () => {
  const bug = new TypeError("undefined is not a function");
  const { perform, started, open } = gates();
  let hasEnded = false;
  const running = run([aNode("broken"), aNode("slow"), aNode("child", ["broken"])], {
    perform: (node) => (node.id === "broken" ? Promise.reject(bug) : perform(node)),
  });
  void running.catch(() => (hasEnded = true));

  await settled();
  await settled();
  expect({ started, hasEnded }).toEqual({ started: ["slow"], hasEnded: false });
  open("slow");
  await expect(running).rejects.toBe(bug);
});

test("a failure that ends the run is thrown once everything that had begun has ended, and makes no report", async () => {
  const gate = Promise.withResolvers<void>();
  const events: RunEventBody[] = [];
  let hasEnded = false;
  const ending = execute({
    plan: {
      stack: "t",
      nodes: [aNode("a"), aNode("b"), aNode("c", ["a"])],
      unchanged: [],
      notices: [],
    },
    command: "up",
    perform: async ({ id }) => {
      if (id === "a") throw new QclockError("package-vanished", "gone");
      await gate.promise;
      hasEnded = true;
      return undefined;
    },
    endsRun: ({ code }) => code === "package-vanished",
    emit: (event) => void events.push(event),
    clock: fakeClock(),
    jobs: 4,
    signal: new AbortController().signal,
  });
  gate.resolve();

  await expect(ending).rejects.toMatchObject({ code: "package-vanished" });
  expect(hasEnded).toBe(true);
  expect(events.map(({ type }) => type)).not.toContain("run-finished");
  expect(events).toContainEqual(
    expect.objectContaining({
      type: "node-finished",
      outcome: { status: "skipped", reason: "dependency-failed" },
    }),
  );
});

/** What is told and done at the end of a run whose node `a` ends like this. */
async function endOf(perform: () => Promise<undefined>, signal?: AbortSignal) {
  const log: string[] = [];
  const clock = fakeClock();
  clock.advance(1000);
  const step = { image: "app", step: "fetch", startedAtMs: 1, durationMs: 2 } as const;
  const ended = await execute({
    plan: { stack: "t", nodes: [aNode("a"), aNode("b", ["a"])], unchanged: [], notices: [] },
    command: "up",
    perform: async () => {
      clock.advance(70);
      return await perform();
    },
    endsRun: ({ code }) => code === "package-vanished",
    conclude: async () => void log.push("concluded"),
    steps: () => [step],
    emit: ({ type }) => void log.push(type),
    clock,
    jobs: 1,
    signal: signal ?? new AbortController().signal,
  }).catch((error: Error) => error.message);
  return { ended, log: log.filter((line) => !line.startsWith("node-")) };
}

test("what a run leaves behind is dealt with before its report, and only where it did not succeed", async () => {
  const fails = (reason: Error) => async () => {
    throw reason;
  };
  const failure = new QclockError("engine-failed", "It broke.");
  expect(await endOf(async () => undefined)).toMatchObject({
    ended: { status: "succeeded", startedAtMs: 1000, durationMs: 140 },
    log: ["run-started", "run-finished"],
  });
  expect(await endOf(fails(failure))).toMatchObject({
    ended: { status: "failed", durationMs: 70, steps: [{ image: "app", step: "fetch" }] },
    log: ["run-started", "concluded", "run-finished"],
  });
  expect(await endOf(fails(new TypeError("a bug")))).toEqual({
    ended: "a bug",
    log: ["run-started", "concluded"],
  });
  // It starts over, with what it has started.
  expect(await endOf(fails(new QclockError("package-vanished", "gone")))).toEqual({
    ended: "gone",
    log: ["run-started"],
  });
});

test("whatever a node throws once the run was interrupted is no failure", async () => {
  const controller = new AbortController();
  const { ended, log } = await endOf(async () => {
    controller.abort();
    throw new TypeError("the socket was closed");
  }, controller.signal);
  expect(ended).toMatchObject({ status: "aborted" });
  expect(log).toEqual(["run-started", "concluded", "run-finished"]);
});
