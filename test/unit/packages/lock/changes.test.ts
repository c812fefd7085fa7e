import { expect, test } from "vitest";
import { describeLockChanges } from "../../../../src/packages/lock/changes.ts";
import type { LockedPackage, LockTarget, Reason } from "../../../../src/packages/package.ts";
import { aSingleFile } from "../../../support/an-artifact.ts";
import { aPackageStack } from "../../../support/lock-request.ts";

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

test.for<readonly [string, boolean, boolean, readonly string[]]>([
  [
    "the child, which had none",
    false,
    true,
    ['image "app": asks for the essential packages as well'],
  ],
  ["the parent, and the child whose parent has them", true, true, [other()]],
  ["nobody any more", false, false, ['image "base": no longer asks for the essential packages']],
])("the essential packages are asked for by %s", ([, base, app, expected]) => {
  const before = aTarget({
    base: {
      bash: "requested",
      ...(expected[0]?.includes("app") === true ? {} : { sed: "essential" }),
    },
    app: { web: "requested" },
  });
  const stack = aPackageStack({ base: ["bash"], app: ["web"] });
  const images = [...stack.images].map(([name, image]) => {
    if (image.type !== "assembled") throw new Error("an image is not assembled");
    return [name, { ...image, essential: name === "base" ? base : app }] as const;
  });

  expect(describeLockChanges({ ...stack, images: new Map(images) }, before)).toEqual(expected);
});

test("another stream of a module is told by its name; one that nothing comes from is not", () => {
  const stack = aPackageStack({ base: ["bash"], app: ["web"] });
  const describe = (asked: readonly string[], locked: readonly string[]): readonly string[] =>
    describeLockChanges({ ...stack, modules: asked }, { ...target, modules: locked });

  expect(describe(["php:8.3"], ["php:8.2"])).toEqual([
    "asks for the stream php:8.3 of a module, not for php:8.2",
  ]);
  expect(describe(["nodejs:20", "php:8.2"], ["php:8.2"])).toEqual([other()]);
  expect(describe([], ["php:8.2"])).toEqual([other()]);
});

test("artifacts that came, went or changed are told by their paths", () => {
  const stack = aPackageStack({ base: ["bash"], app: ["web"] });
  const artifact = aSingleFile(Buffer.from("tool"));
  const at = (path: string): typeof artifact => ({ ...artifact, path });
  const app = stack.images.get("app");
  const base = target.images.get("app");
  if (app?.type !== "assembled" || base === undefined) throw new Error("no such image");
  const locked = ["/gone", "/moved", "/other", "/same"].map((path) => ({
    url: artifact.url,
    digest: artifact.digest,
    sizeBytes: 4,
    path,
  }));

  const lines = describeLockChanges(
    {
      ...stack,
      images: new Map([
        ...stack.images,
        [
          "app",
          {
            ...app,
            artifacts: [
              at("/new"),
              { ...at("/moved"), url: "https://other.example/tool" },
              { ...at("/other"), digest: `sha256:${"1".repeat(64)}` as const },
              at("/same"),
            ],
          },
        ],
      ]),
    },
    { ...target, images: new Map([...target.images, ["app", { ...base, artifacts: locked }]]) },
  );

  expect(lines).toEqual([
    'image "app": asks for artifact /new as well',
    'image "app": artifact /moved comes from another URL: https://other.example/tool',
    `image "app": artifact /other has another sha256: ${"1".repeat(64)}`,
    'image "app": no longer asks for artifact /gone',
  ]);
});

function other(): string {
  return "an image's parent, its accounts, exclusions or setuid files, streams of modules, further repositories, or the mirror";
}

function aTarget(
  images: Readonly<Record<string, Readonly<Record<string, Reason["type"]>>>>,
): LockTarget {
  const digest = `sha256:${"0".repeat(64)}` as const;
  const aPackage = (name: string, type: Reason["type"]): LockedPackage => ({
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
    reasons: [type === "dependency" ? { type, of: "x", relation: name } : { type }],
  });
  return {
    os: "debian-12",
    architecture: "amd64",
    inputs: digest,
    repositories: [],
    images: new Map(
      Object.entries(images).map(([name, packages]) => [
        name,
        { packages: Object.entries(packages).map(([one, type]) => aPackage(one, type)) },
      ]),
    ),
  };
}
