import { expect, test } from "vitest";
import { formatPlan } from "../../../src/plan/format-plan.ts";
import type { Observed } from "../../../src/plan/observed.ts";
import { planTeardown } from "../../../src/plan/taking/teardown.ts";
import type { Stack } from "../../../src/stack/stack.ts";
import {
  aNetwork,
  anImage,
  anObserved,
  anObservedNetwork,
  anObservedVolume,
  aService,
  aStack,
  aVolume,
  onNetworks,
  planFor,
} from "../../support/builders.ts";

const external = { reason: "it belongs to the house" };
const proxy = aNetwork("front", {
  engineName: "house_proxy",
  internal: false,
  outbound: true,
  origin: "manifest",
  external,
});
const archive = { ...aVolume("archive"), engineName: "archive", external };

/** `app` is on a network and mounts a volume of others. */
function stackWith(volume = archive): Stack {
  return aStack({
    images: [anImage("app")],
    services: [
      aService({
        name: "app",
        ...onNetworks(["front"]),
        mounts: [{ type: "volume", volume: "archive", target: "/a", readOnly: false }],
      }),
    ],
    networks: [proxy],
    volumes: [volume],
  });
}

const stack = stackWith();
const theirs = {
  networks: [anObservedNetwork(proxy, { ours: false, internal: true, outbound: false })],
  volumes: [anObservedVolume(archive, { ours: false })],
};

type Parts = Partial<Pick<Observed, "networks" | "volumes">>;

/** The Engine after `up`, with what others made in it. */
function brought(parts: Parts = {}): Observed {
  const containers = afterUpContainers();
  return anObserved({ ...theirs, containers, ...parts });
}

function afterUpContainers(): Observed["containers"] {
  const [create] = planFor(stack, anObserved(theirs)).nodes.flatMap(({ operation }) =>
    operation.type === "create-container" ? [operation] : [],
  );
  return [
    {
      id: "id-of-app",
      name: "t-app-1",
      ours: true,
      service: "app",
      role: "service",
      configHash: create?.configHash ?? "",
      status: "running",
      networks: ["house_proxy"],
    },
  ];
}

test("what others made is used as it is, whatever it is like, and is no lookalike", () => {
  const { nodes, unchanged, notices } = planFor(stack, anObserved(theirs));

  expect(nodes.map(({ id }) => id)).toEqual([
    "assemble:app",
    "load:app",
    "create:app",
    "start:app",
    "wait:app",
  ]);
  expect(unchanged).toEqual([
    {
      kind: "network",
      name: "front",
      reason: "not of this stack: it belongs to the house",
      isExternal: true,
    },
    {
      kind: "volume",
      name: "archive",
      reason: "not of this stack: it belongs to the house",
      isExternal: true,
    },
  ]);
  expect(notices).toEqual([]);
});

test.each<[string, Parts, string]>([
  ["network", { volumes: theirs.volumes }, "There is no network house_proxy in the Engine"],
  ["volume", { networks: theirs.networks }, "There is no volume archive in the Engine"],
])("a %s of others that is not there is never made", (kind, parts, message) => {
  const plan = (): unknown => planFor(stack, anObserved(parts));

  expect(plan).toThrow(message);
  expect(plan).toThrow(
    expect.objectContaining({
      code: "external-missing",
      hint: expect.stringContaining(`docker ${kind} create`),
    }),
  );
});

test("nothing of others is removed with the stack, also what it once made itself", () => {
  const options = { removeVolumes: true, removeImages: true, cause: "reset" };
  const own = {
    networks: [anObservedNetwork(proxy, { ours: true })],
    volumes: [anObservedVolume(archive, { ours: true })],
  };
  for (const observed of [brought(), brought(own)]) {
    for (const services of [undefined, ["app"]]) {
      const { nodes, notices } = planTeardown({
        stackName: "t",
        stack,
        observed,
        options: { ...options, ...(services === undefined ? {} : { services }) },
      });
      expect(nodes.map(({ id }) => id)).toEqual(["stop:t-app-1", "remove:t-app-1"]);
      expect(notices).toEqual([]);
    }
  }
});

test("another volume of others is another definition", () => {
  const other = stackWith({ ...archive, engineName: "archive2" });
  const observed = brought({
    volumes: [anObservedVolume({ ...archive, engineName: "archive2" }, { ours: false })],
  });

  expect(formatPlan(planFor(other, observed))).toContain("create:app, mounts diverged");
  expect(formatPlan(planFor(stack, brought()))).not.toContain("create:app");
});
