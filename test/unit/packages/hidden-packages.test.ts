import { expect, test } from "vitest";
import { indexWithLocked, type KeepRequest } from "../../../src/packages/lock/keep.ts";
import type { PackageIndex } from "../../../src/packages/package-index.ts";
import { errorOfName, refuseWrongNames } from "../../../src/packages/resolve/wanted-names.ts";
import { aDigest, aLockedPackage } from "../../support/a-lock.ts";
import { anIndex } from "../../support/an-index.ts";
import { aDownloader, aPackageStack } from "../../support/lock-request.ts";
import { temporaryStore } from "../../support/temporary-store.ts";

const index: PackageIndex = Object.assign(anIndex("web 1"), {
  hiddenIn: (name: string, version = "8.1") =>
    name.startsWith("php") && version === "8.1" ? ["php:8.1"] : [],
});

test("a name that only streams have which are not enabled is refused with them", () => {
  expect(errorOfName(index, { image: "app", name: "php-fpm" })).toMatchObject({
    code: "unknown-package",
    message:
      'Image "app" asks for the package "php-fpm", which is in modules alone, and no stream with it is enabled.',
    hint: "Add one of them to `modules`: php:8.1.",
  });
  expect(errorOfName(index, { image: "app", name: "web" })).toBeUndefined();
  expect(errorOfName(index, { image: "app", name: "wbe" })).toMatchObject({
    hint: 'Did you mean "web"?',
  });
  expect(() => refuseWrongNames(aPackageStack({ app: ["php", "wbe"] }), index)).toThrow(
    expect.objectContaining({
      details: expect.arrayContaining([
        expect.stringContaining('"php" is in php:8.1, which no `modules` names'),
      ]),
    }),
  );
});

test("a name that repositories have for another architecture is refused with that", () => {
  const foreign: PackageIndex = Object.assign(anIndex("web 1"), {
    foreignArchitectures: (name: string) => (name === "grub" ? ["i686", "x86_64"] : []),
  });
  expect(errorOfName(foreign, { image: "app", name: "grub" })).toMatchObject({
    code: "unknown-package",
    message:
      'Image "app" asks for the package "grub", which the repositories have for i686, x86_64 alone.',
    hint: expect.stringContaining("--platform"),
  });
  expect(errorOfName(foreign, { image: "app", name: "web.x86_64" })).toMatchObject({
    hint: 'Did you mean "web"?',
  });
  expect(() => refuseWrongNames(aPackageStack({ app: ["grub", "wbe"] }), foreign)).toThrow(
    expect.objectContaining({
      details: expect.arrayContaining([
        expect.stringContaining('"grub" is there for i686, x86_64 alone'),
      ]),
    }),
  );
});

test("a locked package of a stream that is not enabled any more does not stay", async () => {
  const packages = [aLockedPackage("php 8.1"), aLockedPackage("web 1")];
  const request = {
    target: { os: "debian-12", architecture: "amd64", images: new Map([["app", { packages }]]) },
    moving: new Set(),
    index,
    downloader: { offline: true },
    onPhase: () => undefined,
  } as unknown as KeepRequest;

  const kept = await indexWithLocked(request);

  expect(kept.index.versions("php")).toEqual([]);
  expect(kept.refused.packages).toEqual([]);
});

test.for([
  ["in no module does not stay where a stream is enabled", undefined, []],
  ["of the stream that the lock was made with stays", ["php:8.2"], ["php"]],
] as const)("a locked package %s", async ([, modules, staying]) => {
  await using temporary = await temporaryStore();
  const packages = [aLockedPackage("php 8.0"), aLockedPackage("web 1")];
  const images = new Map([["app", { packages, newestBuild: 0 }]]);
  const target = { os: "debian-12", architecture: "amd64", repositories: [], images } as const;

  const kept = await indexWithLocked({
    target: { ...target, inputs: aDigest("inputs"), ...(modules === undefined ? {} : { modules }) },
    moving: new Set(),
    modules: ["php:8.2"],
    index: Object.assign(anIndex("php 8.2", "web 1"), {
      takenBy: (name: string) => (name === "php" ? ["php:8.2"] : []),
    }),
    mirrors: () => Promise.reject(new Error("no mirror")),
    downloader: aDownloader(temporary.store, { offline: true }).downloader,
    now: new Date(),
    onPhase: () => undefined,
    signal: new AbortController().signal,
  });

  expect(kept.index.versions("php").map(({ version }) => version)).toEqual(["8.2"]);
  // Offline nothing proves it, but it was looked for.
  expect(kept.refused.packages.map(({ name }) => name)).toEqual(staying);
});
