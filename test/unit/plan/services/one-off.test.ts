import { describe, expect, test } from "vitest";
import { QclockError } from "../../../../src/error.ts";
import { observeRequest } from "../../../../src/plan/observe-request.ts";
import type { Observed } from "../../../../src/plan/observed.ts";
import type { Operation } from "../../../../src/plan/plan.ts";
import { planOneOff } from "../../../../src/plan/services/one-off.ts";
import {
  afterUp,
  aNetwork,
  anImage,
  anObserved,
  anObservedImage,
  aService,
  aStack,
  aVolume,
  onNetworks,
  planFor,
} from "../../../support/builders.ts";

const secrets = [{ secret: "key", target: "/run/secrets/key", mode: 0o400 }];

/** app -> db. */
const stack = aStack({
  images: [anImage("app"), anImage("db")],
  services: [
    aService({ name: "db", ...onNetworks(["edge"]) }),
    aService({
      name: "app",
      ...onNetworks(["edge", "publish"]),
      dependsOn: new Map([["db", "service_healthy"]]),
      mounts: [{ type: "volume", volume: "rows", target: "/data", readOnly: false }],
      secrets,
    }),
  ],
  networks: [aNetwork("edge"), aNetwork("publish")],
  volumes: [aVolume("rows")],
});

function oneOff(observed: Observed): readonly (readonly [string, readonly string[]])[] {
  const plan = planFor(stack, observed, { options: { services: ["app"] } });
  const { nodes } = planOneOff(plan, { stack, service: "app" });
  return nodes.map(({ id, dependsOn }) => [id, dependsOn]);
}

describe("a one-off container", () => {
  test("needs what its service needs, and leaves the service itself as it is", () => {
    expect(oneOff(anObserved()).map(([id]) => id)).toEqual([
      "assemble:app",
      "load:app",
      "assemble:db",
      "load:db",
      "network:edge",
      "network:publish",
      "volume:rows",
      "secrets:app",
      "create:db",
      "start:db",
      "wait:db",
    ]);
  });

  test("takes no image away, and waits for nothing that it does not do", () => {
    const before = afterUp(stack, { app: undefined });
    const [old] = [anObservedImage("app", { fingerprint: "sha256:old" })];
    const images = new Map([...before.images, [old.reference, old]]);
    const nodes = oneOff({ ...before, images });
    expect(nodes.map(([id]) => id)).not.toContain("remove-image:app");
    const ids = new Set(nodes.map(([id]) => id));
    for (const [, dependsOn] of nodes) for (const id of dependsOn) expect(ids).toContain(id);
  });

  test.each([
    ["its own container would be made again", { app: { configHash: "another" } }, {}],
    ["a network would be made again", {}, { outbound: true }],
  ])("is refused where %s", (_, changes, network) => {
    const before = afterUp(stack, changes);
    const networks = before.networks.map((each) => ({ ...each, ...network }));
    expect(() => oneOff({ ...before, networks })).toThrow(
      expect.objectContaining({
        code: "usage",
        message: 'Service "app" is not as the manifest declares it.',
      }),
    );
  });

  test("makes what it depends on again all the same", () => {
    expect(
      oneOff(afterUp(stack, { app: undefined, db: { configHash: "another" } })).map(([id]) => id),
    ).toEqual(
      [
        "stop:db",
        "remove:db",
        "volume:rows",
        "secrets:app",
        "create:db",
        "start:db",
        "wait:db",
      ].filter((id) => id !== "volume:rows"),
    );
  });
});

const own = { name: "t-app-1", id: "c" };

test.each<readonly [Operation, "stays" | "goes" | "is refused"]>([
  [{ type: "pull-image", image: "app" }, "stays"],
  [{ type: "create-network", network: "edge", subnet: "10.0.0.0/28" }, "stays"],
  [{ type: "write-secrets", service: "app", secrets: ["key"] }, "stays"],
  [{ type: "create-container", service: "app", configHash: "x" }, "goes"],
  [{ type: "connect-network", service: "app", network: "edge" }, "goes"],
  [{ type: "start-container", service: "app" }, "goes"],
  [{ type: "wait-ready", service: "app" }, "goes"],
  [{ type: "wait-completed", service: "app" }, "goes"],
  [{ type: "create-container", service: "db", configHash: "x" }, "stays"],
  [{ type: "wait-completed", service: "db" }, "stays"],
  [{ type: "remove-image", reference: "x", id: "i" }, "goes"],
  [{ type: "stop-container", ...own, gracePeriodMs: 1 }, "is refused"],
  [{ type: "remove-container", ...own }, "is refused"],
  [{ type: "stop-container", ...own, name: "t-db-1", gracePeriodMs: 1 }, "stays"],
  [{ type: "remove-container", ...own, name: "t-db-1" }, "stays"],
  [{ type: "remove-network", name: "t_edge", id: "n" }, "is refused"],
  [{ type: "remove-volume", name: "t_rows" }, "stays"],
])("in the plan of a one-off of app %j %s", (operation, expected) => {
  const node = { id: "one", operation, cause: "a test", dependsOn: [] };
  const plan = { stack: "t", nodes: [node], unchanged: [], notices: [] };
  const decide = (): string => {
    try {
      return planOneOff(plan, { stack, service: "app" }).nodes.length === 1 ? "stays" : "goes";
    } catch (error) {
      return error instanceof QclockError ? "is refused" : "is a mistake";
    }
  };
  expect(decide()).toBe(expected);
});

test("every name that a stack claims in the Engine is looked for, and none of a service without secrets", () => {
  expect(observeRequest(stack)).toEqual({
    stack: "t",
    imageReferences: ["qclock.invalid/t/app:latest", "qclock.invalid/t/db:latest"],
    containerNames: ["t-db-1", "t-app-1"],
    networkNames: ["t_edge", "t_publish"],
    volumeNames: ["t_rows", "t_app-secrets", "t__secrets"],
  });
});
