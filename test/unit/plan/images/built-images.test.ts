import { expect, test } from "vitest";
import { isBuilt, recordedIds } from "../../../../src/plan/images/built-images.ts";
import type { ObservedContainer } from "../../../../src/plan/observed.ts";
import { afterUp, anImage, anObservedImage, aService, aStack } from "../../../support/builders.ts";

const stack = aStack({
  images: [anImage("app"), anImage("db")],
  services: [aService({ name: "app" }), aService({ name: "db" })],
});
const app = anImage("app");
const fingerprint = "sha256:app-1";
const { containers } = afterUp(stack, { app: { imageIdentity: "sha256:run" } });

function idsWith(
  records: ReadonlyMap<string, ReadonlySet<string>>,
  changes: Partial<ObservedContainer>,
): readonly string[] {
  const changed = containers.map((each) =>
    each.service === "app" ? { ...each, ...changes } : each,
  );
  const observed = { containers: changed };
  return [...recordedIds({ stack, observed, records }, app, fingerprint)];
}

test("an image is recorded by the store, and by the containers that qclock made of it", () => {
  const records = new Map([
    [fingerprint, new Set(["sha256:one", "sha256:two"])],
    ["sha256:other", new Set(["sha256:three"])],
  ]);
  expect(idsWith(records, {})).toEqual(["sha256:one", "sha256:two", "sha256:run"]);
  expect(idsWith(new Map(), {})).toEqual(["sha256:run"]);
});

test.each<[string, Partial<ObservedContainer>]>([
  ["of somebody else", { ours: false }],
  ["of a service with another image", { service: "db" }],
  ["of a service that the stack does not have", { service: "gone" }],
  ["of an older definition of the image", { configHash: "image=sha256:app-0" }],
])("a container %s records nothing of it", (_, changes) => {
  expect(idsWith(new Map(), changes)).toEqual([]);
});

test.each([
  ["by its identity", { identity: "sha256:known", id: "sha256:x" }, true],
  ["by its id", { identity: "sha256:x", id: "sha256:known" }, true],
  ["by the identity that a container has", { identity: "sha256:run", id: "sha256:x" }, true],
  ["by the id that a container has", { identity: "sha256:x", id: "sha256:run" }, true],
  ["by neither", { identity: "sha256:x", id: "sha256:y" }, false],
])("an image of the Engine is known %s: %j", (_, ids, isKnown) => {
  const records = new Map([[fingerprint, new Set(["sha256:known"])]]);
  const present = anObservedImage("app", ids);
  const evidence = { stack, observed: { containers }, records };
  expect(isBuilt(evidence, app, { present, fingerprint })).toBe(isKnown);
});
