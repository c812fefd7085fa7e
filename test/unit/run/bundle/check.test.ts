import { expect, test } from "vitest";
import { type BundleDocument, blobPath } from "../../../../src/image/bundle/document.ts";
import type { Digest } from "../../../../src/digest.ts";
import { checkContents } from "../../../../src/run/bundle/check.ts";
import { isWanted, neededBlobs } from "../../../../src/run/bundle/take.ts";
import { aDigest, aLock, aLockedImage, aLockTarget } from "../../../support/a-lock.ts";

const target = "debian-12/amd64";
const lock = aLock(
  aLockTarget({ app: aLockedImage(["bash 5.2"], { packagesLayer: aDigest("layer") }) }),
);
const evidence = {
  repository: "bookworm",
  suite: "bookworm",
  archive: "main",
  signedBy: "A".repeat(40),
  release: aDigest("release"),
  indexes: { "main/Packages.xz": aDigest("index") },
  asLocked: true,
} as const;
const image = {
  name: "app",
  reference: "qclock.invalid/t/app:latest",
  target,
  config: aDigest("config"),
  manifest: aDigest("manifest"),
  layers: [
    { digest: aDigest("base"), size: 10 },
    { digest: aDigest("layer"), size: 20 },
  ],
};
const sizes: ReadonlyMap<Digest, number> = new Map([
  [aDigest("bash 5.2"), 1],
  [aDigest("release"), 2],
  [aDigest("index"), 3],
  [aDigest("config"), 4],
  [aDigest("manifest"), 5],
  [aDigest("base"), 10],
  [aDigest("layer"), 20],
]);

/** A bundle in which everything fits, but for the changes; `without` a file, or `resized`. */
function documentOf(
  changes: Partial<BundleDocument> = {},
  files: { readonly without?: string; readonly resized?: ReadonlyMap<Digest, number> } = {},
): BundleDocument {
  const { without, resized } = files;
  return {
    schema: "qclock/bundle/v1",
    version: "0.0.0-test",
    stack: "t",
    lock: aDigest("lock"),
    targets: [{ target, evidence: [evidence] }],
    images: [image],
    entries: [...sizes]
      .filter(([digest]) => without === undefined || digest !== aDigest(without))
      .map(([digest, size]) => ({
        path: blobPath(digest),
        size: resized?.get(digest) ?? size,
        sha256: digest.slice("sha256:".length),
      })),
    ...changes,
  };
}

function refusalOf(document: BundleDocument): string | undefined {
  try {
    checkContents(document, lock, "b.bundle");
    return undefined;
  } catch (error) {
    return String(error);
  }
}

test("a bundle whose head, lock and files fit each other is taken", () => {
  expect(refusalOf(documentOf())).toBeUndefined();
  expect(refusalOf(documentOf({ targets: [], images: [] }))).toBeUndefined();
});

test.each([
  ["bash 5.2", "bash 5.2"],
  ["release", "the release file of bookworm"],
  ["index", "main/Packages.xz of bookworm"],
  ["base", 'a layer of image "app"'],
  ["config", 'the configuration of image "app"'],
  ["manifest", 'the configuration of image "app"'],
])("a bundle that lacks %s is refused", (without, why) => {
  expect(refusalOf(documentOf({}, { without }))).toContain(`it lacks ${why} (${aDigest(without)})`);
});

test("a target that the lock does not have is refused", () => {
  const targets = [{ target: "debian-12/arm64", evidence: [] }];
  expect(refusalOf(documentOf({ targets, images: [] }))).toContain(
    "its lock has no target debian-12/arm64",
  );
});

test("an image gets no other name than its own", () => {
  const reference = "qclock.invalid/other/app:latest";
  expect(refusalOf(documentOf({ images: [{ ...image, reference }] }))).toContain(
    `image "app" would get the name ${reference}`,
  );
});

test("an image has the packages layer that its lock names, wherever it lies", () => {
  const withLayers = (layers: typeof image.layers): string | undefined =>
    refusalOf(documentOf({ images: [{ ...image, layers }] }));
  expect(withLayers(image.layers.toReversed())).toBeUndefined();
  expect(withLayers(image.layers.slice(0, 1))).toContain(
    'image "app" has not the packages layer that its lock names',
  );
  // Nothing is expected of an image that was never built.
  const [base] = image.layers;
  const other = { ...image, name: "other", reference: "qclock.invalid/t/other:latest" };
  const images = [{ ...other, layers: base === undefined ? [] : [base] }];
  expect(refusalOf(documentOf({ images }))).toBeUndefined();
});

test("what is said of a file's size is what the list says", () => {
  const wrong = new Map([[aDigest("layer"), 21]]);
  expect(refusalOf(documentOf({}, { resized: wrong }))).toContain(
    'a layer of image "app" has another size than its file',
  );
  const most = 16 * 1024 * 1024;
  for (const name of ["config", "manifest"]) {
    const large = new Map([[aDigest(name), most + 1]]);
    expect(refusalOf(documentOf({}, { resized: large }))).toContain("is too large");
    expect(
      refusalOf(documentOf({}, { resized: new Map([[aDigest(name), most]]) })),
    ).toBeUndefined();
  }
});

test("only what the head of a bundle names is taken from it, and of images only when asked for", () => {
  const digests = (names: readonly string[]): ReadonlySet<Digest> => new Set(names.map(aDigest));
  const locked = ["bash 5.2", "release", "index"];
  const withoutImages = neededBlobs(documentOf(), lock, { images: false });
  expect(withoutImages).toEqual(digests(locked));
  expect(neededBlobs(documentOf(), lock, { images: true })).toEqual(
    digests([...locked, "config", "manifest", "base", "layer"]),
  );
  const elsewhere = documentOf({ targets: [{ target: "debian-12/arm64", evidence: [] }] });
  expect(neededBlobs(elsewhere, lock, { images: false })).toEqual(new Set());

  const sha256 = aDigest("release").slice("sha256:".length);
  const wanted = (path: string, manifest: boolean): boolean =>
    isWanted({ path, size: 2, sha256 }, withoutImages, { manifest });
  expect(wanted(blobPath(aDigest("release")), false)).toBe(true);
  expect(wanted("stack.lock.yaml", true)).toBe(false);
  expect(wanted("project/blobs/x", false)).toBe(false);
  expect(wanted("project/x", true)).toBe(true);
  const other = aDigest("other").slice("sha256:".length);
  const unknown = { path: blobPath(aDigest("other")), size: 2, sha256: other };
  expect(isWanted(unknown, withoutImages, { manifest: true })).toBe(false);
});
