import { expect, test } from "vitest";
import type { LockNeed } from "../../../src/packages/lock/foresee.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { formatPlanText } from "../../../src/reporters/format/plan.ts";
import { createStyle } from "../../../src/reporters/format/style.ts";
import { displayWidth } from "../../../src/reporters/format/width.ts";

const plan: Plan = {
  stack: "t",
  nodes: [
    node("assemble:base", { type: "assemble-image", image: "base" }, "not found"),
    node("load:base", { type: "load-image", image: "base" }, "assembled", ["assemble:base"]),
    node("stop:app", { type: "stop-container", name: "t-app", id: "1", gracePeriodMs: 1 }, "x"),
    node(
      "remove:app",
      { type: "remove-container", name: "t-app", id: "1" },
      "environment diverged",
    ),
    node(
      "create:app",
      { type: "create-container", service: "app", configHash: "h" },
      "environment diverged",
      ["remove:app"],
    ),
    node("start:app", { type: "start-container", service: "app" }, "created", ["create:app"]),
    node("start:cache", { type: "start-container", service: "cache" }, "exited (137)"),
    node(
      "remove:old",
      { type: "remove-container", name: "t-old", id: "2" },
      "service old is not in the manifest",
    ),
  ],
  unchanged: [{ kind: "network", name: "edge", reason: "exists" }],
  notices: [],
};

function node(
  id: string,
  operation: Plan["nodes"][number]["operation"],
  cause: string,
  dependsOn: readonly string[] = [],
): Plan["nodes"][number] {
  return { id, operation, cause, dependsOn };
}

const plain = { style: createStyle({ color: false }), columns: undefined, verbose: false };

test("a plan reads as signs, things, causes and counts, without ids", () => {
  expect(formatPlanText({ plan }, plain)).toMatchInlineSnapshot(`
    "  + image     base    not found
      ~ service   app     environment diverged
      > service   cache   to start: exited (137)
      - container t-old   service old is not in the manifest

    Plan: 1 to create, 1 to change, 1 to remove, 1 to start; 1 stays as it is."
  `);
});

test("what others made and the stack uses is told with its reason", () => {
  const reason = "not of this stack: the house's proxy is on it";
  const unchanged = [
    ...plan.unchanged,
    { kind: "network", name: "front", reason, isExternal: true },
  ] as const;
  const text = formatPlanText({ plan: { ...plan, unchanged } }, plain);

  expect(text).toContain(`\n  = network front   ${reason}\n\nPlan: `);
  expect(text).not.toContain("edge");
});

test.each([40, 60])("at %d columns names are whole and causes are broken, not cut", (columns) => {
  const text = formatPlanText({ plan }, { ...plain, columns });
  expect(text.split("\n").filter((line) => displayWidth(line) > columns)).toEqual([]);
  expect(text).toContain("- container t-old");
  expect(text.replaceAll(/\s+/g, " ")).toContain("service old is not in the manifest");
});

const need: LockNeed = {
  state: "outdated",
  images: [
    {
      name: "app",
      changes: ["asks for curl as well"],
      packages: ["php", "curl"],
      essential: true,
      artifacts: [],
    },
  ],
};

test("a lock that does not fit is told with what it lacks, and how to see more", () => {
  expect(formatPlanText({ plan: { ...plan, nodes: [] }, need }, plain)).toMatchInlineSnapshot(`
    "Plan: 0 to create, 0 to change, 0 to remove; 1 stays as it is.

    stack.lock.yaml does not fit the manifest. \`up\`, \`build\` and \`lock\` will resolve:
      image app: php, curl, the essential packages
        asks for curl as well
    \`qclock plan --resolve\` asks the mirrors which versions that would be."
  `);
});

test("with the mirrors' answers it tells how much would be pinned, and with --verbose what", () => {
  const images = need.images.map((image) => ({
    ...image,
    pins: [
      { name: "curl", version: "7.88", sizeBytes: 300_000 },
      { name: "libcurl4", version: "7.88", sizeBytes: 400_000 },
    ],
  }));
  const resolved = { plan: { ...plan, nodes: [] }, need: { ...need, images } };
  expect(formatPlanText(resolved, plain)).toContain("image app: 2 packages, 700 kB");
  expect(formatPlanText(resolved, plain)).not.toContain("libcurl4");
  expect(formatPlanText(resolved, { ...plain, verbose: true })).toContain("    libcurl4 7.88");
});
