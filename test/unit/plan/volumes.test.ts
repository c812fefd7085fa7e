import { describe, expect, test } from "vitest";
import { formatPlan } from "../../../src/plan/format-plan.ts";
import type { ObservedContainer, ObservedVolume } from "../../../src/plan/observed.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { secretsHash } from "../../../src/plan/volumes/plan-volumes.ts";
import { labels } from "../../../src/stack/labels.ts";
import {
  afterUp,
  anImage,
  anObserved,
  anObservedVolume,
  aService,
  aStack,
  aVolume,
  planFor,
} from "../../support/builders.ts";

const service = aService({
  name: "app",
  mounts: [{ type: "volume", volume: "rows", target: "/data", readOnly: false }],
  secrets: [
    { secret: "key", target: "/run/secrets/key", mode: 0o400 },
    { secret: "word", target: "/run/secrets/w", mode: 0o440 },
  ],
});
const stack = aStack({
  images: [anImage("app")],
  services: [service],
  volumes: [aVolume("rows"), aVolume("spare")],
});
const written = anObservedVolume(aVolume("app-secrets"), { configHash: secretsHash(service) });
const rows = anObservedVolume(aVolume("rows"));

function planWith(
  volumes: readonly ObservedVolume[],
  containers: readonly ObservedContainer[] = afterUp(stack).containers,
): Plan {
  return planFor(stack, { ...afterUp(stack), volumes, containers });
}

test("the volumes of the services that are meant are made, and no others", () => {
  const { nodes } = planFor(stack, anObserved());
  expect(nodes.map(({ operation }) => operation)).toEqual(
    expect.arrayContaining([
      { type: "create-volume", volume: "rows" },
      { type: "write-secrets", service: "app", secrets: ["key", "word"] },
    ]),
  );
  expect(nodes.map(({ id }) => id)).not.toContain("volume:spare");
  expect(nodes.find(({ id }) => id === "create:app")?.dependsOn).toEqual(
    expect.arrayContaining(["volume:rows", "secrets:app"]),
  );
  expect(nodes.find(({ id }) => id === "secrets:app")?.dependsOn).toEqual(["load:app"]);
});

describe("data", () => {
  const rowsOf = (...known: readonly [string, string][]): ObservedVolume => ({
    ...rows,
    labels: new Map(known),
  });

  test("of this system is used, and so is that of no system that is known", () => {
    for (const volume of [rowsOf([labels.os, "debian-12"]), rowsOf()])
      expect(formatPlan(planWith([volume, written]))).toBe("");
  });

  test("of another system is refused", () => {
    expect(() => planWith([rowsOf([labels.os, "debian-13"]), written])).toThrow(
      expect.objectContaining({
        code: "foreign-volume",
        message:
          "Volume t_rows holds data that was made on debian-13; the stack now runs on debian-12.",
      }),
    );
  });

  test("and secrets that are kept are told", () => {
    expect(planWith([rows, written]).unchanged).toEqual(
      expect.arrayContaining([
        { kind: "volume", name: "rows", reason: "exists" },
        { kind: "secret", name: "app", reason: "written" },
      ]),
    );
  });
});

describe("a volume of secrets", () => {
  test("that is not ours stops the plan, whatever is in it", () => {
    expect(() => planWith([rows, { ...written, ours: false }])).toThrow(
      expect.objectContaining({
        code: "foreign-volume",
        message: "A volume named t_app-secrets exists, but is not this stack's.",
      }),
    );
  });

  test("that is stale is emptied once its service is gone, and whatever else holds it", () => {
    const left = { id: "x", ours: true, networks: [], status: "exited" } as const;
    const containers = [
      ...afterUp(stack).containers,
      { ...left, name: "helper-1", role: "helper" },
      { ...left, name: "one-off", role: "run" },
    ];
    const { nodes } = planWith([rows, { ...written, configHash: "another" }], containers);
    const emptied = nodes.find(({ id }) => id === "remove-secrets:app");
    expect(emptied).toMatchObject({
      operation: { type: "remove-volume", name: "t_app-secrets" },
      cause: "its secrets changed",
      dependsOn: ["remove:app", "remove:helper-1", "remove:one-off"],
    });
    expect(nodes.find(({ id }) => id === "secrets:app")?.dependsOn).toEqual(["remove-secrets:app"]);
  });

  test("that somebody else mounts is not emptied under them", () => {
    const others = [{ name: "spy", networks: [], volumes: ["t_app-secrets"], imageId: "" }];
    const stale = { ...written, configHash: "another" };
    expect(() => planFor(stack, { ...afterUp(stack), volumes: [rows, stale], others })).toThrow(
      expect.objectContaining({ code: "foreign-volume" }),
    );
  });

  test("of another service's container, or of a foreign one, proves nothing", () => {
    const [container] = afterUp(stack).containers;
    if (container === undefined) throw new Error("no container");
    const cause = "perhaps not written to their end";
    expect(formatPlan(planWith([rows, written], []))).toContain(cause);
    const twin = { ...container, name: "twin", service: "other" };
    expect(formatPlan(planWith([rows, written], [twin]))).toContain(cause);
    expect(
      formatPlan(planWith([rows, written], [{ ...container, name: "renamed" }])),
    ).not.toContain(cause);
  });
});

test("what of its secrets makes another volume of a service's: their places, modes and owners", () => {
  const hash = (...secrets: (typeof service)["secrets"]): string =>
    secretsHash({ ...service, secrets });
  const key = { secret: "key", target: "/run/secrets/key", mode: 0o400 };
  const hashes = [
    hash(),
    hash(key),
    hash({ ...key, secret: "other" }),
    hash({ ...key, target: "/run/secrets/k" }),
    hash({ ...key, mode: 0o440 }),
    hash({ ...key, uid: 7 }),
    hash({ ...key, gid: 7 }),
    secretsHash({ ...service, secrets: [key], user: "7" }),
  ];
  expect(hashes[0]).toBe("none");
  expect(new Set(hashes).size).toBe(hashes.length);
  for (const each of hashes.slice(1)) expect(each).toMatch(/^[0-9a-f]{16}$/);
});
