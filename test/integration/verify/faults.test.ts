import { expect, test } from "vitest";
import type { Engine } from "../../../src/docker/engine.ts";
import { QclockError } from "../../../src/error.ts";
import { up } from "../../../src/run/up.ts";
import type { VerifyReport } from "../../../src/verify/report.ts";
import { verifyStack } from "../../../src/verify/verify.ts";
import { aNetworkIn } from "../../support/a-network.ts";
import { aShellService, createTestStack, type TestStack } from "../../support/runtime.ts";

const options = { strict: false, rebuild: false, learnSecret: () => undefined };

function twoServices(rig: TestStack) {
  const networks = new Map([["edge", { aliases: [] }]]);
  return rig.stack({
    services: [
      aShellService(rig.name, "one", { networks }),
      aShellService(rig.name, "two", { networks }),
    ],
    networks: [aNetworkIn(rig.name, "edge", { origin: "manifest" })],
  });
}

/** The Engine, but for some of its calls. */
function faulty(engine: Engine, faults: Partial<Engine>): Engine {
  return new Proxy(engine, {
    get(target, key) {
      const found: unknown = Reflect.get(key in faults ? faults : target, key);
      return typeof found === "function" ? found.bind(target) : found;
    },
  });
}

function failures({ results }: VerifyReport): readonly string[] {
  return results.flatMap(({ check, subject, verdict }) =>
    verdict.status === "failed" ? [`${check.id} ${subject}: ${verdict.evidence.join("; ")}`] : [],
  );
}

test("calls that hang or break fail the checks that need them, with the reason, and no other", async () => {
  await using rig = await createTestStack();
  const stack = twoServices(rig);
  await up(rig.context(stack), {});
  const engine = faulty(rig.engine, {
    async imageHistory() {
      throw new TypeError("history is not iterable");
    },
    async *logs(id, _options, signal) {
      // The signal of nobody is heeded here: an Engine that hangs does not either.
      if (id === (await rig.containerIds())["two"]) await new Promise(() => signal);
      yield { stream: "stdout", text: "ready" } as const;
    },
  });
  const context = rig.context(stack, { engine: async () => engine });
  const { report, error } = await verifyStack(context, { ...options, deadlineMs: 3000 });
  expect(error).toBeUndefined();
  expect(report.status).toBe("failed");
  const found = failures(report);
  expect(found).toContainEqual(
    expect.stringMatching(/^VER-001 stack .*the log of service two: no answer within 3 s/),
  );
  expect(found).toContainEqual(expect.stringMatching(/^VER-001 stack .*TypeError: history is not/));
  expect(found).toContainEqual(
    "RUN-021 service two: could not be checked: the log of service two: no answer within 3 s",
  );
  expect(found).toContainEqual(
    expect.stringMatching(/^IMG-005 image tools: could not be checked: .*TypeError/),
  );
  expect(found.filter((line) => line.includes(" service one: "))).toEqual([]);
  expect(report.results.filter(({ subject }) => subject === "service two").length).toBeGreaterThan(
    15,
  );
});

test("an interruption ends in a report that says so", async () => {
  await using rig = await createTestStack();
  const stack = twoServices(rig);
  await up(rig.context(stack), {});
  const controller = new AbortController();
  const engine = faulty(rig.engine, {
    async imageHistory() {
      controller.abort(new QclockError("interrupted", "Interrupted by SIGINT."));
      return [];
    },
  });
  const { signal } = controller;
  const { report } = await verifyStack(
    rig.context(stack, { engine: async () => engine, signal }),
    options,
  );
  expect(report.results[0]).toMatchObject({
    check: { id: "VER-001" },
    blocking: true,
    verdict: { evidence: ["interrupted: Interrupted by SIGINT."] },
  });
});

test("without an Engine there is a report, and the error that says why", async () => {
  await using rig = await createTestStack();
  const stack = twoServices(rig);
  const unreachable = new QclockError("engine-unreachable", "No Engine answers.");
  const context = rig.context(stack, { engine: async () => Promise.reject(unreachable) });
  const { report, error } = await verifyStack(context, options);
  expect(error).toBe(unreachable);
  expect(report).toMatchObject({ status: "failed", counts: { passed: 0 } });
  expect(failures(report)).toEqual([
    `VER-001 stack ${rig.name}: the Engine: No Engine answers.`,
    "IMG-023 image tools: No Engine answers.",
    "RUN-019 service one: No Engine answers.",
    "RUN-019 service two: No Engine answers.",
  ]);
});

test("connections are tried without an image being read back", async () => {
  await using rig = await createTestStack();
  const stack = twoServices(rig);
  await up(rig.context(stack), {});
  const exported: string[] = [];
  const engine = faulty(rig.engine, {
    async exportImage(reference) {
      exported.push(reference);
      throw new Error("nobody asked for the files of an image");
    },
  });
  const context = rig.context(stack, { engine: async () => engine });
  const network = await verifyStack(context, { ...options, only: ["NET-001"] });
  // The test's image has no program that opens connections; that it was looked for is what counts
  // here.
  expect(network.report.results).toMatchObject([
    { check: { id: "NET-001" }, verdict: { status: "skipped" } },
  ]);
  expect(exported).toEqual([]);
  // The same Engine fails where files are wanted: the call above would have been seen.
  await verifyStack(context, { ...options, only: ["IMG-002"] });
  expect(exported).toHaveLength(1);
});
