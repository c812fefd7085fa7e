import { expect, test } from "vitest";
import { readDurations, rememberDurations } from "../../../../src/run/execution/durations.ts";
import type { NodeReport, RunReport } from "../../../../src/run/execution/event.ts";
import { aStack } from "../../../support/builders.ts";
import { temporaryStore } from "../../../support/temporary-store.ts";

const stack = aStack();

function reportOf(nodes: readonly NodeReport[]): RunReport {
  return { status: "succeeded", startedAtMs: 0, durationMs: 0, nodes, steps: [] };
}

function aNode(id: string, parts: Partial<NodeReport>): NodeReport {
  const operation = { type: "create-volume", volume: id } as const;
  const node = { id, operation, cause: "not found", dependsOn: [] };
  return { node, outcome: { status: "succeeded" }, ...parts };
}

test("what an operation took is known to the next runs, until it takes another time", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const skipped = { status: "skipped", reason: "aborted" } as const;
  const first = [aNode("a", { durationMs: 10.4 }), aNode("b", { durationMs: 20.5 })];
  await rememberDurations({ stack, store }, reportOf(first));
  const second = [
    aNode("a", { durationMs: 30 }),
    aNode("b", { durationMs: 1, outcome: skipped }),
    aNode("c", {}),
  ];
  await rememberDurations({ stack, store }, reportOf(second));

  expect(await readDurations(stack, store)).toEqual(
    new Map([
      ["a", 30],
      ["b", 21],
    ]),
  );
  expect(await readDurations({ ...stack, architecture: "arm64" }, store)).toEqual(new Map());
});

test("a note that somebody has changed gives what can be read of it", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const noted = async (note: unknown): Promise<unknown> => {
    const changed = { ...store, readNote: async () => note };
    return await readDurations(stack, changed);
  };
  expect(await noted("nothing")).toEqual(new Map());
  expect(await noted([["a", 1], ["b", "2"], [3, 4], "c", ["d", 5]])).toEqual(
    new Map([
      ["a", 1],
      ["d", 5],
    ]),
  );
});
