import { expect, test } from "vitest";
import { formatPlan } from "../../../src/plan/format-plan.ts";
import { planStart } from "../../../src/plan/services/plan-start.ts";
import { planTeardown } from "../../../src/plan/taking/teardown.ts";
import { activate } from "../../../src/stack/profiles.ts";
import type { Stack } from "../../../src/stack/stack.ts";
import {
  afterUp,
  aNetwork,
  anImage,
  anObserved,
  aService,
  aStack,
  onNetworks,
  type PlanChanges,
  planFor,
} from "../../support/builders.ts";

/**
 *   base <- app     app --- back --- debug (profile debug)
 *   base <- tools
 */
const whole = aStack({
  images: [
    anImage("base"),
    anImage("app", { parent: "base" }),
    anImage("tools", { parent: "base" }),
  ],
  services: [
    aService({ name: "app", image: "app", ...onNetworks(["back"]) }),
    aService({ name: "debug", image: "tools", profiles: ["debug"], ...onNetworks(["back"]) }),
  ],
  networks: [aNetwork("back", { origin: "manifest" })],
});

const active = (...profiles: readonly string[]): Stack => activate(whole, { profiles });

function plan(stack: Stack, observed = anObserved(), changes: PlanChanges = {}): string {
  return formatPlan(planFor(stack, observed, changes));
}

test("of inactive profiles no service is made, and no image that it alone needs is built", () => {
  const text = plan(active());
  expect(text).toContain("create:app");
  expect(text).toContain("load:base");
  expect(text).not.toMatch(/debug|tools/);
  expect(plan(active("debug"))).toMatch(/load:tools[\s\S]*create:debug/);
});

test("build leaves out the images that inactive services alone need, unless they are named", () => {
  const build = (...images: readonly string[]): string =>
    plan(active(), anObserved(), { options: { imagesOnly: images } });
  expect(build("tools")).toContain("load:tools");
});

test("what runs of an inactive profile is left alone", () => {
  expect(planFor(active(), afterUp(whole)).nodes).toEqual([]);
  expect(planFor(active(), afterUp(whole)).notices).toEqual([]);
});

test("it makes way for a network that is made again, and is told", () => {
  const observed = afterUp(whole);
  const networks = observed.networks.map((network) => ({ ...network, configHash: "other" }));

  const planned = planFor(active(), { ...observed, networks });

  const text = formatPlan(planned);
  expect(text).toMatch(/stop:t-debug-1, network t_back is made again/);
  expect(text).toMatch(/\[[^\]]*remove:debug[^\]]*\] -> remove-network:back/);
  expect(text).toContain("create:app");
  expect(text).not.toContain("create:debug");
  expect(planned.notices).toEqual([
    "Service debug makes way for network t_back and is not made again: none of its profiles is active.",
  ]);
});

test("down takes everything away, start starts what is there", () => {
  const observed = afterUp(whole);
  const down = planTeardown({
    stackName: "t",
    stack: active(),
    observed,
    options: { removeVolumes: false, removeImages: false, cause: "asked for" },
  });
  expect(formatPlan(down)).toMatch(/remove:t-debug-1/);

  const stopped = {
    ...observed,
    containers: observed.containers.map((each) => ({ ...each, status: "exited" as const })),
  };
  const started = (from: typeof observed): string =>
    formatPlan(planStart({ stack: active(), observed: from, unready: new Map() }));
  expect(started(stopped)).toMatch(/start:debug/);
  const withoutDebug = stopped.containers.filter(({ service }) => service !== "debug");
  expect(started({ ...stopped, containers: withoutDebug })).not.toMatch(/debug/);
});
