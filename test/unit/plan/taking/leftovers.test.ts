import { describe, expect, test } from "vitest";
import { formatPlan } from "../../../../src/plan/format-plan.ts";
import type { Observed, ObservedContainer, OtherContainer } from "../../../../src/plan/observed.ts";
import type { Plan } from "../../../../src/plan/plan.ts";
import { listOf } from "../../../../src/plan/taking/foreign-users.ts";
import {
  afterUp,
  aNetwork,
  anImage,
  anObservedImage,
  anObservedNetwork,
  aService,
  aStack,
  onNetworks,
  planFor,
  recordsOf,
} from "../../../support/builders.ts";

const stack = aStack({
  images: [anImage("app")],
  services: [aService({ name: "app", ...onNetworks(["edge"]) })],
  networks: [aNetwork("edge")],
});
const before = afterUp(stack);

/** Somebody else's container. */
function other(name: string, parts: Partial<OtherContainer> = {}): OtherContainer {
  return { name, networks: [], volumes: [], imageId: "", ...parts };
}

function planWith(parts: Partial<Observed>): Plan {
  return planFor(stack, { ...before, ...parts }, { records: recordsOf(before) });
}

describe("a container of a service that is gone", () => {
  const gone = (status: ObservedContainer["status"], parts: Partial<ObservedContainer> = {}) =>
    planWith({
      containers: [
        ...before.containers,
        {
          id: "x",
          name: "t-old-1",
          ours: true,
          service: "old",
          role: "service",
          status,
          networks: [],
          ...parts,
        },
      ],
    });

  test.each([["running"], ["restarting"]] as const)("is stopped first where it is %s", (status) => {
    const plan = gone(status);
    expect(formatPlan(plan)).toBe(
      "[] -> stop:t-old-1, service old is not in the manifest\n[stop:t-old-1] -> remove:t-old-1, service old is not in the manifest\n",
    );
    expect(plan.nodes.map(({ operation }) => operation)).toEqual([
      { type: "stop-container", name: "t-old-1", id: "x", gracePeriodMs: 10_000 },
      { type: "remove-container", name: "t-old-1", id: "x" },
    ]);
  });

  test.each([["exited"], ["created"], ["dead"]] as const)(
    "is removed at once where it is %s",
    (status) => {
      expect(formatPlan(gone(status))).toBe(
        "[] -> remove:t-old-1, service old is not in the manifest\n",
      );
    },
  );

  test("is left alone where it is not ours, or where the plan is about other services", () => {
    expect(formatPlan(gone("running", { ours: false }))).toBe("");
    const containers = [
      ...before.containers,
      {
        id: "x",
        name: "t-old-1",
        ours: true,
        service: "old",
        role: "service",
        status: "running",
        networks: [],
      },
    ] as const;
    expect(
      formatPlan(planFor(stack, { ...before, containers }, { options: { services: ["app"] } })),
    ).toBe("");
  });
});

test.each([
  ["run", "exited", true],
  ["run", "dead", true],
  ["run", "created", false],
  ["run", "running", false],
  ["helper", "running", true],
  ["hold", "exited", false],
] as const)(
  "a container of the role %s that is %s is left by a run that was killed: %s",
  (role, status, isLeft) => {
    const left = {
      id: "x",
      name: "one-off",
      ours: true,
      role,
      service: "app",
      status,
      networks: [],
    };
    const plan = planWith({ containers: [...before.containers, left] });
    expect(formatPlan(plan)).toBe(
      isLeft ? "[] -> remove:one-off, left by an interrupted run\n" : "",
    );
    const theirs = planWith({ containers: [...before.containers, { ...left, ours: false }] });
    expect(formatPlan(theirs)).toBe("");
  },
);

describe("a network that no service is on any more", () => {
  const old = anObservedNetwork(aNetwork("old"));
  const networks = [...before.networks, old];

  test("goes, by its name and its id", () => {
    const plan = planWith({ networks });
    expect(formatPlan(plan)).toBe("[] -> remove-network:old, network old is not in the manifest\n");
    expect(plan.nodes[0]?.operation).toEqual({
      type: "remove-network",
      name: "t_old",
      id: "id-of-old",
    });
  });

  test.each([
    [[other("spy", { networks: ["t_old"] })], "spy is"],
    [
      [other("spy", { networks: ["id-of-old"] }), other("dump", { networks: ["bridge", "t_old"] })],
      "spy and dump are",
    ],
  ])("stays while somebody else is on it", (others, who) => {
    const plan = planWith({ networks, others });
    expect(plan.nodes).toEqual([]);
    expect(plan.notices).toEqual([
      `Network t_old is not in the manifest, but stays: ${who} attached to it and not of this stack.`,
    ]);
  });

  test("is told, and stays, where it only looks like ours", () => {
    const plan = planWith({ networks: [...before.networks, { ...old, ours: false }] });
    expect(plan.nodes).toEqual([]);
    expect(plan.notices).toEqual([
      "Network t_old is labelled or named as this stack's, but not made by qclock for it: left alone.",
    ]);
  });
});

describe("an image that the manifest does not name", () => {
  const old = anObservedImage("old");
  const images = new Map([...before.images, [old.reference, old]]);

  test("goes by its name, whether or not anything records it", () => {
    const plan = planWith({ images });
    expect(formatPlan(plan)).toBe(
      "[] -> remove-image:qclock.invalid/t/old:latest, image is not in the manifest\n",
    );
    expect(plan.nodes[0]?.operation).toEqual({
      type: "remove-image",
      reference: "qclock.invalid/t/old:latest",
      id: "sha256:id-of-old",
    });
  });

  test("is told to stay for the containers that others made from it", () => {
    const others = ["one", "two"].map((name) => other(name, { imageId: old.id }));
    expect(planWith({ images, others }).notices).toEqual([
      "one and two, not of this stack, are made from image qclock.invalid/t/old:latest: it stays until those containers are removed.",
    ]);
  });
});

test("an image that is made again goes by its id once all that is made from it is", () => {
  const plan = planFor(stack, before, { images: { app: { fingerprint: "sha256:app-2" } } });
  const removal = plan.nodes.find(({ id }) => id === "remove-image:app");
  expect(removal).toMatchObject({
    operation: { type: "remove-image", reference: "sha256:id-of-app", id: "sha256:id-of-app" },
    cause: "replaced by the new image",
    dependsOn: ["load:app", "remove:app", "create:app"],
  });
});

test("names are listed as people list them", () => {
  expect(listOf([])).toBe("");
  expect(listOf(["a"])).toBe("a");
  expect(listOf(["a", "b"])).toBe("a and b");
  expect(listOf(["a", "b", "c"])).toBe("a, b and c");
});
