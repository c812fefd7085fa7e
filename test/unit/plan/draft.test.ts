import { expect, test } from "vitest";
import { PlanDraft } from "../../../src/plan/draft.ts";

const operation = { type: "start-container", service: "a" } as const;

function draftOf(...ids: readonly string[]): PlanDraft {
  const draft = new PlanDraft();
  for (const id of ids) draft.add(id, operation, "a test");
  return draft;
}

test("ids are found by what they begin with, in the order of the plan", () => {
  const draft = draftOf("create:b", "load:a", "connect:web:front", "create:a", "connect:web2:x");
  expect(draft.idsOf("create:")).toEqual(["create:b", "create:a"]);
  expect(draft.idsOf("load:", "create:")).toEqual(["create:b", "load:a", "create:a"]);
  expect(draft.idsOf("connect:web:")).toEqual(["connect:web:front"]);
  expect(draft.idsOf("connect:")).toEqual(["connect:web:front", "connect:web2:x"]);
  expect(draft.idsOf("remove:", "web:")).toEqual([]);
});

test("one that is added again keeps its place, and is there once", () => {
  const draft = draftOf("create:a", "create:b", "create:a");
  expect(draft.idsOf("create:")).toEqual(["create:a", "create:b"]);
  expect(draft.finish("t").nodes.map(({ id }) => id)).toEqual(["create:a", "create:b"]);
});

test("what a node depends on and is no node of the plan holds already, and what comes later does", () => {
  const draft = draftOf("load:a");
  draft.add("create:a", operation, "a test", ["load:a", undefined, "load:b", "load:a", "start:a"]);
  draft.add("start:a", operation, "a test", ["create:a"]);
  expect(draft.finish("t").nodes.map(({ dependsOn }) => dependsOn)).toEqual([
    [],
    ["load:a"],
    ["create:a"],
  ]);
});
