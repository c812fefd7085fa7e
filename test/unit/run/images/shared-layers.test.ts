import { noSources } from "../../../../src/packages/lock/locked-files.ts";
import { expect, test } from "vitest";
import type { BuiltImage } from "../../../../src/image/built-image.ts";
import { assembledImages } from "../../../../src/stack/images/assembled-images.ts";
import type { Lock } from "../../../../src/packages/package.ts";
import type { RunContext } from "../../../../src/run/context.ts";
import { BuiltImages } from "../../../../src/run/images/built-images.ts";
import { prepareImages } from "../../../../src/run/images/prepare-images.ts";
import type { AssembledImage, Stack } from "../../../../src/stack/stack.ts";
import type { Store } from "../../../../src/store/store.ts";
import { anAssembledImage } from "../../../support/a-subject.ts";
import { aLoadContext } from "../../../support/bundles.ts";
import { file } from "../../../support/deb.ts";
import {
  type FakeMirror,
  type FakePackage,
  startFakeMirror,
} from "../../../support/fake-mirror.ts";
import { temporaryStore } from "../../../support/temporary-store.ts";
import { aDownloader, aPackageStack } from "../../../support/lock-request.ts";

/*
 *  base        base-tool, built first
 *   |    \
 *  app   db    app-tool; db-tool, built last
 */
const packages = [
  aPackage("base-tool", 1_700_000_100),
  aPackage("app-tool", 1_700_000_050),
  aPackage("db-tool", 1_700_000_200),
  aPackage("more", 1_700_009_000),
];

test("two stacks with the same base have the same layers of it, whatever else they hold", async () => {
  await using mirror = await startFakeMirror(packages);
  await using first = await temporaryStore();
  await using second = await temporaryStore();

  const one = await make(aStack("one", { app: ["app-tool"] }), { mirror, ...first });
  const other = await make(aStack("other", { db: ["db-tool", "more"] }), { mirror, ...second });

  expect(layersOf(one, "base")).toHaveLength(2);
  expect(layersOf(other, "base")).toEqual(layersOf(one, "base"));
  expect(layersOf(other, "db").slice(0, 2)).toEqual(layersOf(one, "base"));
  expect([createdOf(one, "base"), createdOf(one, "app"), createdOf(other, "db")]).toEqual([
    "2023-11-14T22:15:00Z",
    "2023-11-14T22:15:00Z",
    "2023-11-15T00:43:20Z",
  ]);
});

test("a new package in one image leaves its base and its sibling as they are, to their configuration", async () => {
  await using mirror = await startFakeMirror(packages);
  await using temporary = await temporaryStore();
  const before = await make(aStack("one", { app: ["app-tool"], db: ["db-tool"] }), {
    mirror,
    ...temporary,
  });

  const after = await make(aStack("one", { app: ["app-tool"], db: ["db-tool", "more"] }), {
    mirror,
    ...temporary,
    lock: before.lock,
  });

  for (const name of ["base", "app"]) {
    expect(after.images.get(name)?.configDigest).toBe(before.images.get(name)?.configDigest);
    expect(layersOf(after, name)).toEqual(layersOf(before, name));
  }
  expect(layersOf(after, "db").slice(0, 2)).toEqual(layersOf(before, "base"));
  expect(layersOf(after, "db")[2]).not.toBe(layersOf(before, "db")[2]);
});

test("no package is fetched again that the store keeps taken apart", async () => {
  await using mirror = await startFakeMirror(packages);
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const stack = aStack("one", { app: ["app-tool", "more"] });
  const first = await make(stack, { mirror, store });
  const packagesOf = first.lock.targets.get("debian-12/amd64")?.images.get("app")?.packages ?? [];
  for (const { digest } of packagesOf) await store.remove(digest);
  const [, , own] = first.images.get("app")?.layers ?? [];
  await store.remove(own?.diffId ?? "sha256:");
  const before = mirror.requests.length;

  const again = await make(stack, { mirror, store, lock: first.lock });

  expect(mirror.requests).toHaveLength(before);
  expect(layersOf(again, "app")).toEqual(layersOf(first, "app"));
});

interface Made {
  readonly lock: Lock;
  readonly images: ReadonlyMap<string, BuiltImage>;
}

/**
 * The images of a stack, locked and assembled as a build does it before it loads them into the
 * Engine.
 */
async function make(
  stack: Stack,
  place: { readonly mirror: FakeMirror; readonly store: Store; readonly lock?: Lock },
): Promise<Made> {
  const { mirror, store, lock } = place;
  const context: RunContext = {
    ...aLoadContext({ store }),
    stack,
    downloader: aDownloader(store).downloader,
    pythonIndex: noSources.pythonIndex,
    mirrors: () => Promise.resolve(mirror.mirrors),
    keys: mirror.keys,
    lock,
    lockMode: "use",
    writeLock: () => Promise.resolve(),
    jobs: 2,
    secretVariable: () => undefined,
    emit: () => undefined,
  };
  const prepared = await prepareImages(context);
  await using builtImages = new BuiltImages(context, prepared);
  builtImages.begin(assembledImages(stack));
  const images = new Map<string, BuiltImage>();
  const quiet = { onFetch: () => undefined, onUnpack: () => undefined, onNotice: () => undefined };
  for (const image of assembledImages(stack))
    images.set(image.name, await builtImages.get(image, quiet));
  return { lock: prepared.lock, images };
}

/** A base, and images that stand on it; each has packages and a folder. */
function aStack(name: string, images: Readonly<Record<string, readonly string[]>>): Stack {
  const directories = [{ path: "/srv/data", mode: 0o750, uid: 10_001, gid: 10_001 }];
  const base = anAssembledImage("base", { packages: ["base-tool"], directories });
  const others = Object.entries(images).map(([image, own]): AssembledImage => {
    return anAssembledImage(image, { packages: own, parent: "base", directories });
  });
  const all = [base, ...others].map((image) => [image.name, image] as const);
  return { ...aPackageStack({}), name, images: new Map(all) };
}

function aPackage(name: string, builtAt: number): FakePackage {
  return { name, builtAt, files: [file(`usr/bin/${name}`, name, { mode: 0o755, mtime: builtAt })] };
}

function layersOf({ images }: Made, name: string): readonly string[] {
  return (images.get(name)?.layers ?? []).map(({ diffId }) => diffId);
}

function createdOf({ images }: Made, name: string): unknown {
  const { created }: { created?: unknown } = JSON.parse(
    Buffer.from(images.get(name)?.config ?? "").toString("utf8"),
  );
  return created;
}
