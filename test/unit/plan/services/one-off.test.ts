import { describe, expect, test } from "vitest";
import { observeRequest } from "../../../../src/plan/observe-request.ts";
import type { Observed } from "../../../../src/plan/observed.ts";
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

test("every name that a stack claims in the Engine is looked for, and none of a service without secrets", () => {
  expect(observeRequest(stack)).toEqual({
    stack: "t",
    imageReferences: ["qclock.invalid/t/app:latest", "qclock.invalid/t/db:latest"],
    containerNames: ["t-db-1", "t-app-1"],
    networkNames: ["t_edge", "t_publish"],
    volumeNames: ["t_rows", "t_app-secrets", "t__secrets"],
  });
});
