import { expect, test } from "vitest";
import { diffLocks } from "../../../src/packages/lock-diff.ts";
import { whyLocked } from "../../../src/packages/lock-why.ts";
import type {
  Lock,
  LockedImage,
  LockedPackage,
  LockTarget,
} from "../../../src/packages/package.ts";
import { formatLockDiff, formatWhy, type Listings } from "../../../src/reporters/format/lock.ts";
import { createStyle } from "../../../src/reporters/format/style.ts";

const style = createStyle({ color: false });
const digest = (character: string): `sha256:${string}` => `sha256:${character.repeat(64)}`;

function aPackage(name: string, parts: Partial<LockedPackage> = {}): LockedPackage {
  return {
    name,
    version: "1.0",
    architecture: "amd64",
    repository: "bookworm",
    path: `pool/${name}.deb`,
    sizeBytes: 1000,
    digest: digest("1"),
    source: name,
    sourceVersion: "1.0",
    buildTime: 1_700_000_000,
    reason: { type: "requested" },
    ...parts,
  };
}

function aTarget(
  images: Readonly<Record<string, LockedImage>>,
  parts: Partial<LockTarget> = {},
): LockTarget {
  return {
    os: "debian-12",
    architecture: "amd64",
    inputs: digest("a"),
    epoch: 1_700_000_000,
    repositories: [
      {
        id: "bookworm",
        suite: "bookworm",
        components: ["main"],
        archive: "main",
        releaseDigest: digest("b"),
        indexDigests: new Map(),
        signedBy: "B8B8",
      },
    ],
    images: new Map(Object.entries(images)),
    ...parts,
  };
}

const lockOf = (target: LockTarget): Lock => ({
  version: 1,
  targets: new Map([["debian-12/amd64", target]]),
});

const before = lockOf(
  aTarget({
    base: {
      packages: [aPackage("bash"), aPackage("gone"), aPackage("same")],
      packagesLayer: digest("c"),
    },
    quiet: { packages: [aPackage("same")] },
  }),
);

const after = lockOf(
  aTarget(
    {
      base: {
        packages: [
          aPackage("bash", { version: "1.1", digest: digest("2"), sizeBytes: 3000 }),
          aPackage("fresh", {
            digest: digest("3"),
            reason: { type: "dependency", of: "bash", relation: "fresh (>= 1)" },
          }),
          aPackage("same"),
        ],
      },
      quiet: { packages: [aPackage("same")] },
    },
    { epoch: 1_700_100_000 },
  ),
);

const listings: Listings = new Map([
  [digest("1"), { installedBytes: 10_000, privileged: ["bin/old"] }],
  [digest("2"), { installedBytes: 30_000, privileged: ["bin/new", "bin/old"] }],
]);

test("what came, went and moved is told in words; what is the same is not", () => {
  const text = formatLockDiff(diffLocks(before, after), listings, style);

  expect(`\n${text}\n`).toMatchInlineSnapshot(`
    "
    debian-12/amd64
      newest package built 2023-11-14 -> 2023-11-16
      image base: 1 added, 1 removed, 1 moved, +2.0 kB to download
        + fresh 1.0 (bash needs fresh (>= 1))
        - gone 1.0
        ~ bash 1.0 -> 1.1, +20 kB installed
        ! new setuid or setgid file /bin/new in bash 1.1
        not looked into for setuid files, since the store lacks them: fresh (qclock bundle save fetches all)
        expected packages layer dropped: the next build records it
    "
  `);
});

test("a lock does not differ from itself, and from none in everything", () => {
  expect(diffLocks(before, before)).toEqual({ targets: [] });
  expect(diffLocks(undefined, undefined)).toEqual({ targets: [] });
  expect(diffLocks(undefined, before).targets).toMatchObject([
    {
      target: "debian-12/amd64",
      change: "added",
      images: [{ change: "added" }, { change: "added" }],
    },
  ]);
  expect(diffLocks(before, undefined).targets).toMatchObject([{ change: "removed" }]);
});

test("a version that went back, and one with other bytes under the same name, are called so", () => {
  const changed = lockOf(
    aTarget({
      base: {
        packages: [
          aPackage("bash", { version: "0.9", digest: digest("4") }),
          aPackage("gone", { digest: digest("5") }),
          aPackage("same"),
        ],
        packagesLayer: digest("d"),
      },
      quiet: { packages: [aPackage("same")] },
    }),
  );

  const [target] = diffLocks(before, changed).targets;
  expect(target?.images[0]?.moved.map(({ direction }) => direction)).toEqual(["older", "rebuilt"]);
  expect(target?.images[0]?.layer).toBe("changed");
});

test("why a package is there is told through the images that it stands on", () => {
  const target = aTarget({
    base: { packages: [aPackage("perl")] },
    app: {
      packages: [
        aPackage("libperl", {
          reason: { type: "dependency", of: "perl", relation: "libperl (= 1.0)" },
        }),
      ],
    },
  });
  const chains = whyLocked(target, "libperl", (image) => (image === "app" ? "base" : undefined));

  expect(`\n${formatWhy(chains, target, style)}\n`).toMatchInlineSnapshot(`
    "
    image app: libperl 1.0 amd64, 1.0 kB
      perl (in base): asked for in the manifest
        └ libperl: needed as libperl (= 1.0)
      from bookworm, source libperl 1.0, signed by B8B8
    "
  `);
  expect(whyLocked(target, "none", () => undefined)).toEqual([]);
});

test("a circle of reasons, as an edit by hand can make it, ends", () => {
  const needs = (of: string): Partial<LockedPackage> => ({
    reason: { type: "dependency", of, relation: of },
  });
  const target = aTarget({
    base: { packages: [aPackage("a", needs("b")), aPackage("b", needs("a"))] },
  });

  const [chain] = whyLocked(target, "a", () => undefined);

  expect(chain?.links.map(({ name }) => name)).toEqual(["b", "a"]);
});
