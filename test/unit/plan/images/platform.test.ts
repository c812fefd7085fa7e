import { expect, test } from "vitest";
import { formatPlan } from "../../../../src/plan/format-plan.ts";
import type { Plan } from "../../../../src/plan/plan.ts";
import { reconcile } from "../../../../src/plan/reconcile.ts";
import type { ReconcileRequest } from "../../../../src/plan/planning.ts";
import type { Image, Stack } from "../../../../src/stack/stack.ts";
import {
  aDockerfileImage,
  anImage,
  anObserved,
  anObservedImage,
  aService,
  aStack,
  desired,
} from "../../../support/builders.ts";

const { engine } = anObserved();

/** A stack for other machines than an Engine, which has images for its own under the same names. */
function armStack(more: readonly Image[] = []): Stack {
  const images = [anImage("base"), anImage("app", { parent: "base" }), ...more];
  return { ...aStack({ images, services: [aService({ name: "app" })] }), architecture: "arm64" };
}

function planOn(
  architecture: string,
  stack: Stack,
  parts: Pick<ReconcileRequest, "options"> & Partial<ReconcileRequest>,
): Plan {
  const images = [anObservedImage("base"), anObservedImage("app")];
  return reconcile({
    stack,
    observed: anObserved({ engine: { ...engine, architecture }, images }),
    desiredImages: desired(stack),
    records: new Map(),
    changedSecrets: new Set(),
    writtenSecrets: new Set(),
    ...parts,
  });
}

test.each([
  ["amd64", "The Engine runs linux/amd64, and cannot run images for linux/arm64.", /amd64/],
  ["s390x", "The Engine runs linux/s390x, and cannot run images for linux/arm64.", /arm64\.$/],
])(
  "bringing up on an Engine of %s what is for another machine is refused",
  (own, message, hint) => {
    expect(() => planOn(own, armStack(), { options: {} })).toThrow(
      expect.objectContaining({
        code: "engine-platform",
        message,
        hint: expect.stringMatching(hint),
      }),
    );
  },
);

test.each([["arm64"], [""]])(
  'an Engine that says its machine is "%s" takes images for arm64',
  (own) => {
    const { nodes } = planOn(own, armStack(), { options: {} });

    expect(nodes.map(({ id }) => id)).toContain("create:app");
  },
);

test("a build for other machines ends in the store, whatever the Engine has under the names", () => {
  const options = { imagesOnly: ["app"] };

  const all = planOn("amd64", armStack(), { options });
  expect(formatPlan(all)).toBe(
    "[] -> assemble:base, not in the store\n[assemble:base] -> assemble:app, not in the store\n",
  );

  const rest = planOn("amd64", armStack(), { options, stored: new Set(["base"]) });
  expect(rest.nodes.map(({ id, dependsOn }) => [id, dependsOn])).toEqual([["assemble:app", []]]);
  expect(rest.unchanged).toEqual([{ kind: "image", name: "base", reason: "in the store" }]);
});

test("what only an Engine can make is refused for other machines, and the rest is named", () => {
  const stack = armStack([aDockerfileImage("tool")]);

  expect(() => planOn("amd64", stack, { options: { imagesOnly: ["app", "tool"] } })).toThrow(
    expect.objectContaining({
      code: "engine-platform",
      message:
        "Not made of packages, and so not to be had for linux/arm64 from an Engine that runs linux/amd64: tool.",
      hint: "Name those that are: qclock build base app --platform linux/arm64.",
    }),
  );
  const { nodes } = planOn("amd64", stack, { options: { imagesOnly: ["app"] } });
  expect(nodes.map(({ id }) => id)).toEqual(["assemble:base", "assemble:app"]);
});
