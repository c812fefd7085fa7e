import { expect, test } from "vitest";
import type { LockedImage, LockTarget } from "../../../../src/packages/package.ts";
import { carryLayers } from "../../../../src/packages/lock/carry-layers.ts";
import { aDigest, aLockedImage, aLockedPackage, aLockTarget } from "../../../support/a-lock.ts";
import { anImage, aStack } from "../../../support/builders.ts";

const stack = aStack({
  images: [
    anImage("base"),
    anImage("middle", { parent: "base" }),
    anImage("app", { parent: "middle" }),
    anImage("other"),
  ],
});

const layered = (name: string): Partial<LockedImage> => ({
  packagesLayer: aDigest(name),
  runLayer: aDigest(`run ${name}`),
});

const former = aLockTarget({
  base: aLockedImage(["libc6 1", "bash 5"], layered("base")),
  middle: aLockedImage(["perl 5"], layered("middle")),
  app: aLockedImage(["httpd 2"], layered("app")),
  other: aLockedImage(["bash 5"]),
});

/** The target as it is locked anew, with changed images. */
function lockedAnew(changes: Readonly<Record<string, LockedImage>> = {}): LockTarget {
  const images = [...former.images].map(([name, image]) => {
    const { packagesLayer: _, runLayer: __, ...plain } = changes[name] ?? image;
    return [name, plain] as const;
  });
  return { ...former, images: new Map(images) };
}

/** Names of the images that got their layers. */
function carried(target: LockTarget, before: LockTarget | undefined = former): readonly string[] {
  const result = carryLayers(stack, before, target);
  return [...result.images].flatMap(([name, { packagesLayer, runLayer }]) =>
    packagesLayer === undefined && runLayer === undefined
      ? []
      : [`${name} ${packagesLayer === aDigest(name) && runLayer === aDigest(`run ${name}`)}`],
  );
}

test("where nothing has changed every layer that is known is carried", () => {
  const target = lockedAnew();

  expect(carried(target)).toEqual(["base true", "middle true", "app true"]);
  expect(carryLayers(stack, former, target)).toEqual(former);
  expect([...target.images.values()].some(({ packagesLayer }) => packagesLayer !== undefined)).toBe(
    false,
  );
});

test.each<
  readonly [what: string, images: Readonly<Record<string, LockedImage>>, readonly string[]]
>([
  ["a newer package", { middle: aLockedImage(["perl 6"]) }, ["base true"]],
  ["a further package", { app: aLockedImage(["httpd 2", "php 8"]) }, ["base true", "middle true"]],
  ["one newer package of two", { base: aLockedImage(["libc6 1", "bash 6"]) }, []],
  ["fewer packages", { base: aLockedImage(["libc6 1"]) }, []],
  ["another order", { base: aLockedImage(["bash 5", "libc6 1"]) }, []],
  [
    "other bytes of the same version",
    { app: aLockedImage([aLockedPackage("httpd 2", { digest: aDigest("rebuilt") })]) },
    ["base true", "middle true"],
  ],
  [
    "a newer build elsewhere",
    { middle: aLockedImage(["perl 5"], { newestBuild: 1_800_000_000 }) },
    ["base true"],
  ],
])("%s ends it for that image and what stands on it", (_, images, names) => {
  expect(carried(lockedAnew(images))).toEqual(names);
});

test("of an image that the former lock lacks, or another manifest, nothing is carried", () => {
  const images = new Map([...former.images].filter(([name]) => name !== "base"));

  expect(carried(lockedAnew(), { ...former, images })).toEqual([]);
  expect(carried(lockedAnew(), { ...former, inputs: aDigest("before") })).toEqual([]);
  const target = lockedAnew();
  expect(carryLayers(stack, undefined, target)).toBe(target);
});
