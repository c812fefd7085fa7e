import { expect, test } from "vitest";
import { countChanges, planChanges } from "../../../src/plan/plan-changes.ts";
import type { Operation, Plan } from "../../../src/plan/plan.ts";
import { planTeardown } from "../../../src/plan/taking/teardown.ts";
import { secretsHash } from "../../../src/plan/volumes/plan-volumes.ts";
import {
  afterUp,
  aNetwork,
  anImage,
  anObserved,
  anObservedImage,
  anObservedVolume,
  aService,
  aStack,
  aVolume,
  onNetworks,
  planFor,
  type StackParts,
} from "../../support/builders.ts";

const twoServices: StackParts = {
  images: [anImage("base"), anImage("app", { parent: "base" })],
  services: [
    aService({ name: "db", image: "base", ...onNetworks(["edge"]) }),
    aService({
      name: "app",
      dependsOn: new Map([["db", "service_healthy"]]),
      ...onNetworks(["edge"]),
    }),
  ],
  networks: [aNetwork("edge")],
};

function lines(plan: Plan): readonly string[] {
  return planChanges(plan).map(
    ({ action, kind, name, cause }) => `${action} ${kind} ${name}: ${cause}`,
  );
}

test("each thing counts once, however many calls to the Engine it takes", () => {
  const plan = planFor(aStack(twoServices), anObserved());
  expect(lines(plan)).toEqual([
    "create image base: not found",
    "create image app: not found",
    "create network edge: not found",
    "create service db: not found",
    "create service app: not found",
  ]);
  expect(countChanges(planChanges(plan))).toEqual({
    create: 5,
    change: 0,
    remove: 0,
    start: 0,
    wait: 0,
  });
});

test("what is made again is a change, not a removal and a creation", () => {
  const stack = aStack(twoServices);
  const images = { app: { fingerprint: "sha256:app-2", change: "file a changed" } } as const;
  expect(lines(planFor(stack, afterUp(stack), { images }))).toEqual([
    "change image app: file a changed",
    "change service app: image app changed: file a changed",
  ]);
});

test("a network whose declaration changed takes its services along, and all are changes", () => {
  const before = afterUp(aStack(twoServices));
  const after = aStack({ ...twoServices, networks: [aNetwork("edge", { internal: false })] });
  expect(lines(planFor(after, before))).toEqual([
    "change network edge: its declaration changed",
    "change service db: network edge changed",
    "change service app: network edge changed",
  ]);
});

test("a network that has a way out, whatever its label says, is made again as it was declared", () => {
  const stack = aStack(twoServices);
  const observed = afterUp(stack);
  const networks = observed.networks.map((network) => ({ ...network, internal: false }));
  expect(lines(planFor(stack, { ...observed, networks }))[0]).toBe(
    "change network edge: its declaration changed",
  );
});

test.each([
  ["a way out", { outbound: true }, {}, "it has a way out"],
  ["no way out", {}, { outbound: true }, "it has no way out"],
  ["the host on it", { isolated: false }, { isolated: true }, "the host is on it"],
  [
    "the host not on it",
    { isolated: true },
    { isolated: false },
    "the host is not on it, and probes need it",
  ],
])(
  "a network that the Engine made with %s, and that was declared otherwise, is made again",
  (_, made, declared, cause) => {
    const stack = aStack({ ...twoServices, networks: [aNetwork("edge", declared)] });
    const observed = afterUp(stack);
    const networks = observed.networks.map((network) => ({ ...network, outbound: false, ...made }));
    expect(lines(planFor(stack, { ...observed, networks }))[0]).toBe(
      `change network edge: ${cause}`,
    );
  },
);

test("an Engine that cannot keep the host off a network is not asked to", () => {
  const stack = aStack({ ...twoServices, networks: [aNetwork("edge", { isolated: true })] });
  const observed = afterUp(stack);
  const networks = observed.networks.map((network) => ({ ...network, isolated: false }));
  const engine = { ...observed.engine, isolatesNetworks: false };
  expect(lines(planFor(stack, { ...observed, networks, engine }))).toEqual([]);
});

test("what stopped is started, what needs it is waited for, and what is left over goes last", () => {
  const stack = aStack(twoServices);
  const observed = afterUp(stack, { db: { status: "exited", exitCode: 137 } });
  const dangling = anObservedImage("old", { reference: "sha256:0123456789abcdef" });
  const images = new Map([...observed.images, [dangling.reference, dangling]]);
  expect(lines(planFor(stack, { ...observed, images }))).toEqual([
    "start service db: exited (137)",
    "wait service app: needs service db",
    "remove image sha256:0123456789abcdef: replaced by a newer image",
  ]);
});

test("data and secrets are things of their own, in the order in which they are needed", () => {
  const secrets = [{ secret: "key", target: "/run/secrets/key", mode: 0o400 }];
  const mounts = [{ type: "volume", volume: "rows", target: "/data", readOnly: false }] as const;
  const service = aService({ name: "app", secrets, mounts, ...onNetworks(["edge"]) });
  const stack = aStack({
    images: [anImage("app")],
    services: [service],
    networks: [aNetwork("edge")],
    volumes: [aVolume("rows")],
  });

  expect(lines(planFor(stack, anObserved()))).toEqual([
    "create image app: not found",
    "create network edge: not found",
    "create volume rows: not found",
    "create secrets app: not found",
    "create service app: not found",
  ]);
  const written = anObservedVolume(aVolume("app-secrets"), { configHash: secretsHash(service) });
  const observed = afterUp(stack);
  const volumes = [...observed.volumes, written];
  const changedSecrets = new Set(["app"]);
  expect(lines(planFor(stack, { ...observed, volumes }, { changedSecrets }))).toEqual([
    "change secrets app: its secrets changed",
    "change service app: its secrets changed",
  ]);
});

test("what goes comes last, and each kind together", () => {
  const observed = afterUp(aStack(twoServices));
  const plan = planTeardown({
    stackName: "t",
    stack: undefined,
    observed: { ...observed, volumes: [anObservedVolume(aVolume("rows"))] },
    options: { removeVolumes: true, removeImages: true, cause: "reset" },
  });

  expect(lines(plan)).toEqual([
    "remove image qclock.invalid/t/base:latest: reset",
    "remove image qclock.invalid/t/app:latest: reset",
    "remove network t_edge: reset",
    "remove volume t_rows: reset",
    "remove container t-db-1: reset",
    "remove container t-app-1: reset",
  ]);
  expect(countChanges(planChanges(plan))).toMatchObject({ create: 0, remove: 6 });
});

/** A plan of one node after the other, by their ids. */
function planOf(nodes: Readonly<Record<string, Operation>>, cause = "asked for"): Plan {
  return {
    stack: "t",
    nodes: Object.entries(nodes).map(([id, operation]) => ({
      id,
      operation,
      cause,
      dependsOn: [],
    })),
    unchanged: [],
    notices: [],
  };
}

const service = "app";
const container = { name: "t-app-1", id: "c" };

test.each<readonly [Operation, string | undefined]>([
  [{ type: "assemble-image", image: "base" }, "change image base"],
  [{ type: "build-image", image: "base" }, "change image base"],
  [{ type: "pull-image", image: "base" }, "change image base"],
  [{ type: "load-image", image: "base" }, undefined],
  [{ type: "create-network", network: "edge", subnet: "10.0.0.0/28" }, "change network edge"],
  [{ type: "create-volume", volume: "rows" }, "change volume rows"],
  [{ type: "write-secrets", service, secrets: [] }, "change secrets app"],
  [{ type: "create-container", service, configHash: "x" }, "change service app"],
  [{ type: "connect-network", service, network: "edge" }, undefined],
  [{ type: "start-container", service }, "start service app"],
  [{ type: "wait-ready", service }, "wait service app"],
  [{ type: "wait-completed", service }, "wait service app"],
  [{ type: "stop-container", ...container, gracePeriodMs: 1 }, undefined],
  [{ type: "remove-container", ...container }, "remove container t-app-1"],
  [{ type: "remove-network", name: "t_edge", id: "n" }, "remove network t_edge"],
  [{ type: "remove-volume", name: "t_rows" }, "remove volume t_rows"],
  [{ type: "remove-image", reference: "t/base", id: "i" }, "remove image t/base"],
])("the operation %j by itself means: %s", (operation, change) => {
  const told = lines(planOf({ node: operation }));
  expect(told).toEqual(change === undefined ? [] : [`${change}: asked for`]);
});

test("what takes away is told last, and things in the order in which they are made", () => {
  expect(
    lines(
      planOf({
        "remove:old": { type: "remove-container", ...container },
        "create:app": { type: "create-container", service, configHash: "x" },
        "secrets:app": { type: "write-secrets", service, secrets: [] },
        "remove-volume:x": { type: "remove-volume", name: "x" },
        "volume:rows": { type: "create-volume", volume: "rows" },
        "network:edge": { type: "create-network", network: "edge", subnet: "10.0.0.0/28" },
        "pull:base": { type: "pull-image", image: "base" },
      }),
    ),
  ).toEqual([
    "change image base: asked for",
    "change network edge: asked for",
    "change volume rows: asked for",
    "change secrets app: asked for",
    "change service app: asked for",
    "remove volume x: asked for",
    "remove container t-app-1: asked for",
  ]);
});

test("an image that makes way for one of its name is no removal", () => {
  const removal = { type: "remove-image", reference: "t/base", id: "i" } as const;
  const told = (id: string): readonly string[] =>
    lines(planOf({ "remove-image:base": removal, [id]: { type: "load-image", image: "base" } }));
  expect(told("load:base")).toEqual([]);
  expect(told("build:base")).toEqual([]);
  expect(told("load:other")).toEqual(["remove image t/base: asked for"]);
});
