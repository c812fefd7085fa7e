import { expect, test } from "vitest";
import { describeLockChanges } from "../../../src/packages/lock-changes.ts";
import type { LockedPackage, LockTarget } from "../../../src/packages/package.ts";
import { aPackageStack } from "../../integration/packages/lock-request.ts";

const target = aTarget({
  base: { bash: "requested", libc6: "dependency" },
  app: { web: "requested", "web-data": "dependency" },
});

test.for<readonly [string, Readonly<Record<string, readonly string[]>>, readonly string[]]>([
  [
    "a package more",
    { base: ["bash"], app: ["web", "php"] },
    ['image "app": asks for php as well'],
  ],
  ["a package less", { base: [], app: ["web"] }, ['image "base": no longer asks for bash']],
  [
    "another package",
    { base: ["dash"], app: ["web"] },
    ['image "base": asks for dash as well', 'image "base": no longer asks for bash'],
  ],
  [
    "an image more, an image less",
    { base: ["bash"], db: ["sql"] },
    ['image "db": is new', 'image "app": is gone'],
  ],
  ["what was needed is asked for", { base: ["bash", "libc6"], app: ["web"] }, [other()]],
  ["what the parent has is asked for", { base: ["bash"], app: ["bash", "web"] }, [other()]],
])("%s", ([, images, expected]) => {
  expect(describeLockChanges(aPackageStack(images), target)).toEqual(expected);
});

function other(): string {
  return "an image's parent, its accounts, exclusions or setuid files, or the mirror";
}

function aTarget(
  images: Readonly<Record<string, Readonly<Record<string, "requested" | "dependency">>>>,
): LockTarget {
  const digest = `sha256:${"0".repeat(64)}` as const;
  const aPackage = (name: string, type: "requested" | "dependency"): LockedPackage => ({
    name,
    version: "1",
    architecture: "amd64",
    repository: "bookworm",
    path: `pool/${name}.deb`,
    sizeBytes: 1,
    digest,
    source: name,
    sourceVersion: "1",
    buildTime: 1,
    reason: type === "requested" ? { type } : { type, of: "x", relation: name },
  });
  return {
    os: "debian-12",
    architecture: "amd64",
    inputs: digest,
    epoch: 1,
    repositories: [],
    images: new Map(
      Object.entries(images).map(([name, packages]) => [
        name,
        { packages: Object.entries(packages).map(([one, type]) => aPackage(one, type)) },
      ]),
    ),
  };
}
