import { expect, test } from "vitest";
import type { Digest } from "../../../../src/digest.ts";
import type { Lock } from "../../../../src/packages/package.ts";
import type { RunContext } from "../../../../src/run/context.ts";
import type { BuiltImages } from "../../../../src/run/images/built-images.ts";
import { recordLayers } from "../../../../src/run/images/record-layers.ts";
import { aDigest, aLock, aLockedImage, aLockTarget } from "../../../support/a-lock.ts";

const known = aDigest("known");
const made = aDigest("made");

const target = aLockTarget({
  base: aLockedImage(["bash 5.2"], { packagesLayer: known }),
  app: aLockedImage(["curl 8"]),
  tool: aLockedImage([]),
});
const other = aLockTarget({ base: aLockedImage(["bash 5.2"]) }, { architecture: "arm64" });
const lock: Lock = {
  ...aLock(target),
  targets: new Map([...aLock(other).targets, ...aLock(target).targets]),
};

/** Record that a run made these layers, and keep each lock that is written. */
async function record(
  layers: Readonly<Record<string, Digest>>,
  lockMode: RunContext["lockMode"] = "use",
): Promise<{ readonly recorded: Lock; readonly written: readonly Lock[] }> {
  const written: Lock[] = [];
  const context = { lockMode, writeLock: async (each: Lock) => void written.push(each) };
  const lockedLayers: BuiltImages["lockedLayers"] = async () =>
    new Map(Object.entries(layers).map(([name, packagesLayer]) => [name, { packagesLayer }]));
  const recorded = await recordLayers(context, { lock, target }, { lockedLayers });
  return { recorded, written };
}

function layersIn({ targets }: Lock, key: string): readonly (readonly [string, unknown])[] {
  const images = targets.get(key)?.images ?? new Map();
  return [...images].map(([name, { packagesLayer }]) => [name, packagesLayer]);
}

test("a layer that the lock lacks is written into its target, and nothing else is touched", async () => {
  const { recorded, written } = await record({ base: aDigest("other"), app: made });
  expect(layersIn(recorded, "debian-12/amd64")).toEqual([
    ["base", known],
    ["app", made],
    ["tool", undefined],
  ]);
  expect(recorded.targets.get("debian-12/amd64")?.images.get("tool")).not.toHaveProperty(
    "packagesLayer",
  );
  expect(recorded.targets.get("debian-12/arm64")).toBe(other);
  expect([...recorded.targets.keys()]).toEqual([...lock.targets.keys()]);
  expect(written).toEqual([recorded]);
});

test.each([
  ["nothing was made", {}],
  ["the lock names what was made", { base: known }],
])("the lock is not written when %s", async (_, layers) => {
  const { recorded, written } = await record(layers);
  expect(recorded).toBe(lock);
  expect(written).toEqual([]);
});

test("a lock that may not be written stays as it is", async () => {
  const { recorded, written } = await record({ app: made }, "locked");
  expect(recorded).toBe(lock);
  expect(written).toEqual([]);
});

test("the layer of scripts that were run is written beside the one of packages", async () => {
  const written: Lock[] = [];
  const writeLock = async (each: Lock): Promise<void> => void written.push(each);
  const layers = { packagesLayer: aDigest("other"), runLayer: made };
  const lockedLayers: BuiltImages["lockedLayers"] = async () => new Map([["base", layers]]);

  const recorded = await recordLayers(
    { lockMode: "use", writeLock },
    { lock, target },
    { lockedLayers },
  );

  expect(recorded.targets.get("debian-12/amd64")?.images.get("base")).toMatchObject({
    packagesLayer: known,
    runLayer: made,
  });
  expect(written).toEqual([recorded]);
});
