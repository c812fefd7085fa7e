import { describe, expect, test } from "vitest";
import { formatPlan } from "../../../../src/plan/format-plan.ts";
import type { ObservedContainer } from "../../../../src/plan/observed.ts";
import {
  afterUp,
  aNetwork,
  anImage,
  anObserved,
  aService,
  aStack,
  onNetworks,
  planFor,
} from "../../../support/builders.ts";

const stack = aStack({
  images: [anImage("app")],
  services: [
    aService({ name: "app", stopGracePeriodMs: 7000, ...onNetworks(["front", "back", "side"]) }),
    aService({ name: "idle", image: "app" }),
  ],
  networks: [aNetwork("front"), aNetwork("back"), aNetwork("side")],
});

test("a container is made on its first network and joins the others before it starts", () => {
  const text = formatPlan(planFor(stack, anObserved()));
  expect(text).toContain("[load:app network:front] -> create:app, not found");
  expect(text).toContain(
    "[create:app network:back] -> connect:app:back, service app is on network back",
  );
  expect(text).toContain(
    "[create:app network:side] -> connect:app:side, service app is on network side",
  );
  expect(text).toContain("[create:app connect:app:back connect:app:side] -> start:app, created");
  expect(text).toContain("[load:app] -> create:idle, not found");
});

describe("a container that is made again", () => {
  const recreated = (changes: Partial<ObservedContainer>): string =>
    formatPlan(planFor(stack, afterUp(stack, { app: { configHash: "another", ...changes } })));

  test.each(["running", "restarting", "paused"] as const)(
    "is stopped first where it is %s",
    (status) => {
      expect(recreated({ status })).toMatch(/^\[\] -> stop:app, .*\n\[stop:app\] -> remove:app, /);
    },
  );

  test.each(["exited", "created", "dead", "removing"] as const)(
    "is removed at once where it is %s",
    (status) => {
      expect(recreated({ status })).toMatch(/^\[\] -> remove:app, /);
    },
  );

  test("has as long to stop as its service says, and is named as it is", () => {
    const plan = planFor(stack, afterUp(stack, { app: { configHash: "another" } }));
    expect(plan.nodes.slice(0, 2).map(({ operation }) => operation)).toEqual([
      { type: "stop-container", name: "t-app-1", id: "id-of-app", gracePeriodMs: 7000 },
      { type: "remove-container", name: "t-app-1", id: "id-of-app" },
    ]);
  });
});

test.each<[Partial<ObservedContainer>, string]>([
  [{ status: "exited", exitCode: 3 }, "start:app, exited (3)"],
  [{ status: "created" }, "start:app, never started"],
  [{ status: "paused" }, "create:app, paused"],
  [{ status: "removing" }, "create:app, removing"],
  [{ status: "dead" }, "create:app, dead"],
  [{ status: "restarting", exitCode: 1 }, "create:app, crash loop, exited (1)"],
])("a service whose container is %j", (changes, expected) => {
  expect(formatPlan(planFor(stack, afterUp(stack, { app: changes })))).toContain(
    `-> ${expected}\n`,
  );
});

test("an end without a code is told as one with 0", () => {
  const { exitCode: _, ...container } = afterUp(stack).containers[0] ?? { exitCode: 0 };
  const [, ...others] = afterUp(stack).containers;
  const containers = [{ ...container, status: "exited" } as ObservedContainer, ...others];
  expect(formatPlan(planFor(stack, { ...afterUp(stack), containers }))).toContain(
    "-> start:app, exited (0)",
  );
});
