import { noSources } from "../../../../src/packages/lock/locked-files.ts";
import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { BuiltImage } from "../../../../src/image/built-image.ts";
import type { Lock } from "../../../../src/packages/package.ts";
import type { RunContext } from "../../../../src/run/context.ts";
import { type AssemblyProgress, BuiltImages } from "../../../../src/run/images/built-images.ts";
import { recallPackages } from "../../../../src/run/images/recall-packages.ts";
import { recordLayers } from "../../../../src/run/images/record-layers.ts";
import { prepareImages, type PreparedImages } from "../../../../src/run/images/prepare-images.ts";
import type { Image, Stack } from "../../../../src/stack/stack.ts";
import { aDigest, aLock } from "../../../support/a-lock.ts";
import { anAssembledImage } from "../../../support/a-subject.ts";
import { aDockerfileImage } from "../../../support/builders.ts";
import { aLoadContext } from "../../../support/bundles.ts";
import { file } from "../../../support/deb.ts";
import { startFakeMirror } from "../../../support/fake-mirror.ts";
import { aDownloader, aPackageStack } from "../../../support/lock-request.ts";
import { temporaryStore } from "../../../support/temporary-store.ts";

/*
 *  base          base-tool
 *   |     \
 *  app   plain   app-tool, app-more; no package
 *   |
 *  front         front-tool
 */
const folder = { directories: [{ path: "/srv", mode: 0o755, uid: 0, gid: 0 }] };
const base = anAssembledImage("base", { packages: ["base-tool"], ...folder });
const app = anAssembledImage("app", { packages: ["app-tool", "app-more"], parent: "base" });
const plain = anAssembledImage("plain", { parent: "base", ...folder });
const front = anAssembledImage("front", { packages: ["front-tool"], parent: "app" });
const all = [base, app, plain, front];
const names = ["base-tool", "app-tool", "app-more", "front-tool"];

function stackOf(images: readonly Image[]): Stack {
  return { ...aPackageStack({}), images: new Map(images.map((image) => [image.name, image])) };
}

/** A machine that makes images from a mirror, and tells what it asked of that. */
async function aMachine() {
  await using resources = new AsyncDisposableStack();
  const packages = names.map((name) => ({ name, files: [file(`usr/bin/${name}`, name)] }));
  const mirror = resources.use(await startFakeMirror(packages));
  const { store } = resources.use(await temporaryStore());
  const owned = resources.move();
  let locked = 0;
  const context = (stack: Stack): RunContext => ({
    ...aLoadContext({ store }),
    stack,
    downloader: aDownloader(store).downloader,
    pythonIndex: noSources.pythonIndex,
    mirrors: async () => mirror.mirrors,
    keys: mirror.keys,
    lock: undefined,
    lockMode: "use",
    writeLock: async () => undefined,
    jobs: 2,
    secretVariable: () => undefined,
    emit: () => undefined,
  });
  return {
    context,
    /** What images are made from, of which the store has nothing but what the lock says. */
    async prepare(stack: Stack): Promise<PreparedImages> {
      const prepared = await prepareImages(context(stack));
      for (const image of prepared.target.images.values())
        for (const { digest } of image.packages) await store.remove(digest);
      locked = mirror.requests.length;
      return prepared;
    },
    /** The packages that were fetched since then, in order. */
    fetched: () =>
      mirror.requests
        .slice(locked)
        .flatMap(({ path: asked }) => /\/([^/_]+)_[^/]*\.deb$/.exec(asked)?.[1] ?? []),
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

function listener(): AssemblyProgress & { readonly told: string[] } {
  const told: string[] = [];
  return {
    told,
    onFetch: (done, total) => void told.push(`fetch ${done === total ? "all" : "some"}`),
    onUnpack: (done, total) => void told.push(`unpack ${done === total ? "all" : "some"}`),
    onNotice: (message) => void told.push(message),
  };
}

function layersOf({ layers }: BuiltImage): readonly string[] {
  return layers.map(({ kind, diffId }) => `${kind} ${diffId}`);
}

test("each image stands on its parent's layers, and its own packages layer is told for the lock", async () => {
  await using machine = await aMachine();
  const context = machine.context(stackOf(all));
  await using builtImages = new BuiltImages(context, await machine.prepare(stackOf(all)));
  builtImages.begin(all);
  const [, , ofPlain, ofFront] = [
    await builtImages.get(base, listener()),
    await builtImages.get(app, listener()),
    await builtImages.get(plain, listener()),
    await builtImages.get(front, listener()),
  ];
  expect(layersOf(ofFront).map((layer) => layer.split(" ")[0])).toEqual([
    "packages",
    "files",
    "packages",
    "packages",
  ]);
  expect(layersOf(ofPlain).slice(0, 2)).toEqual(layersOf(ofFront).slice(0, 2));
  const [ofBase, , ofApp, own] = ofFront.layers.map(({ diffId }) => diffId);
  expect(await builtImages.lockedLayers()).toEqual(
    new Map([
      ["base", { packagesLayer: ofBase }],
      ["app", { packagesLayer: ofApp }],
      ["front", { packagesLayer: own }],
    ]),
  );
  const steps = Map.groupBy(builtImages.steps, ({ image }) => image);
  expect(
    Object.fromEntries([...steps].map(([image, list]) => [image, list.map(({ step }) => step)])),
  ).toEqual({
    base: ["fetch", "unpack", "write"],
    app: ["fetch", "unpack", "write"],
    front: ["fetch", "unpack", "write"],
    plain: ["unpack", "write"],
  });
  for (const { startedAtMs, durationMs } of builtImages.steps) {
    expect(durationMs).toBeGreaterThanOrEqual(0);
    expect(startedAtMs + durationMs).toBeLessThanOrEqual(performance.now());
  }
});

test("an image is made once, for whoever asks, and then taken from the store", async () => {
  await using machine = await aMachine();
  const context = machine.context(stackOf(all));
  const prepared = await machine.prepare(stackOf(all));
  {
    await using builtImages = new BuiltImages(context, prepared);
    const first = builtImages.get(app, listener());
    expect(builtImages.get(app, listener())).toBe(first);
    await first;
  }
  expect(machine.fetched().toSorted()).toEqual(["app-more", "app-tool", "base-tool"]);
  await using again = new BuiltImages(context, prepared);
  again.begin([base, app]);
  expect(await again.recall(front)).toBeUndefined();
  const progress = listener();
  await again.get(app, progress);
  expect([progress.told, again.steps]).toEqual([[], []]);
  expect((await again.recall(app))?.image).toBe("app");
  expect(await again.lockedLayers()).toEqual(
    new Map([["app", { packagesLayer: (await again.recall(app))?.layers[2]?.diffId }]]),
  );
  expect(machine.fetched()).toHaveLength(3);
});

test("what the packages of an image bring is known where the lock names the layer that was made", async () => {
  await using machine = await aMachine();
  const stack = stackOf([base, plain]);
  const context = machine.context(stack);
  const prepared = await machine.prepare(stack);
  await using builtImages = new BuiltImages(context, prepared);
  await builtImages.get(plain, listener());
  const lock = await recordLayers(context, prepared, builtImages);
  const recalled = async (of: Stack, from: Lock | undefined): Promise<unknown> =>
    [...(await recallPackages(of, from, context.store))].map(([name, entries]) => [
      name,
      [...entries].some((entry) => entry.path === "usr/bin/base-tool"),
    ]);
  expect(await recalled(stack, lock)).toEqual([["base", true]]);
  expect(await recalled(stack, prepared.lock)).toEqual([]);
  expect(await recalled(stack, undefined)).toEqual([]);
  const other = { ...base, packages: [...base.packages, "app-tool"] };
  expect(await recalled(stackOf([other, plain]), lock)).toEqual([]);
  expect(await recalled({ ...stack, architecture: "arm64" }, lock)).toEqual([]);
  // A layer that was made elsewhere.
  const target = lock.targets.get("debian-12/amd64");
  const image = target?.images.get("base");
  if (target === undefined || image === undefined) throw new Error("it was recorded");
  const images = new Map([["base", { ...image, packagesLayer: aDigest("elsewhere") }]]);
  expect(await recalled(stack, aLock({ ...target, images }))).toEqual([]);
});

test("while packages come in that is the news, and then how far they are unpacked", async () => {
  await using machine = await aMachine();
  const context = machine.context(stackOf(all));
  await using builtImages = new BuiltImages(context, await machine.prepare(stackOf(all)));
  const progress = listener();
  await builtImages.get(app, progress);
  // The parent, whom nobody asked for, has the progress of the image that needs it.
  const ofOne = "(fetch some,)*(fetch all,)+(unpack some,)*(unpack all,)+";
  expect(`${progress.told.join(",")},`).toMatch(new RegExp(`^(${ofOne}){2}$`));
});

test("a package that was damaged in the store is fetched once more", async () => {
  await using machine = await aMachine();
  const stack = stackOf([base]);
  const context = machine.context(stack);
  const prepared = await machine.prepare(stack);
  const whole = await layersIn(context, prepared);
  const { store } = context;
  const [locked] = prepared.target.images.get("base")?.packages ?? [];
  const damaged = (await store.find(locked?.digest ?? "sha256:")) ?? "";
  const bytes = await readFile(damaged);
  await chmod(damaged, 0o644);
  await writeFile(damaged, bytes.fill(0, 100));
  await rm(path.join(store.directory, "derived"), { recursive: true });
  for (const diffId of whole) await store.remove(diffId);
  expect(machine.fetched()).toEqual(["base-tool"]);

  expect(await layersIn(context, prepared)).toEqual(whole);
  expect(machine.fetched()).toEqual(["base-tool", "base-tool"]);
});

async function layersIn(context: RunContext, prepared: PreparedImages) {
  await using builtImages = new BuiltImages(context, prepared);
  return (await builtImages.get(base, listener())).layers.map(({ diffId }) => diffId);
}

test("a packages layer that comes out other than the lock says is refused", async () => {
  await using machine = await aMachine();
  const context = machine.context(stackOf([base]));
  const prepared = await machine.prepare(stackOf([base]));
  const expecting = (packagesLayer: `sha256:${string}`): PreparedImages => {
    const image = prepared.target.images.get("base");
    if (image === undefined) throw new Error("it was locked");
    const images = new Map([["base", { ...image, packagesLayer }]]);
    return { ...prepared, target: { ...prepared.target, images } };
  };
  const made = async (from: PreparedImages): Promise<BuiltImage> => {
    await using builtImages = new BuiltImages(context, from);
    return await builtImages.get(base, listener());
  };
  const other = aDigest("other");
  const refusal = {
    code: "digest-mismatch",
    message: expect.stringMatching(
      new RegExp(
        `^The packages layer of image "base" is sha256:[0-9a-f]{64}, but the lock expects ${other}\\.$`,
      ),
    ),
  };
  await expect(made(expecting(other))).rejects.toMatchObject(refusal);
  // Once more, now that the store remembers the layer.
  await expect(made(expecting(other))).rejects.toMatchObject(refusal);
  await using builtImages = new BuiltImages(context, expecting(other));
  await expect(builtImages.recall(base)).rejects.toMatchObject(refusal);
  const [layer] = (await made(prepared)).layers;
  expect((await made(expecting(layer?.diffId ?? other))).layers[0]).toEqual(layer);
});

test("an image none of whose scripts was to be run is refused where the lock names what they made", async () => {
  await using machine = await aMachine();
  const context = machine.context(stackOf([base]));
  const prepared = await machine.prepare(stackOf([base]));
  const image = prepared.target.images.get("base");
  if (image === undefined) throw new Error("it was locked");
  const images = new Map([["base", { ...image, runLayer: aDigest("run") }]]);
  const target = { ...prepared.target, images };
  const refusal = {
    code: "digest-mismatch",
    message: `No script was to be run for image "base", but the lock expects ${aDigest("run")} of them.`,
    hint: expect.stringContaining("`run_layer`"),
  };

  // Once more, when the store remembers its layers.
  for (let time = 1; time <= 2; time++) {
    await using builtImages = new BuiltImages(context, { ...prepared, target });
    await expect(builtImages.get(base, listener())).rejects.toMatchObject(refusal);
  }
});

test("an image of packages stands on no image that is made in another way", async () => {
  await using machine = await aMachine();
  const child = anAssembledImage("child", { parent: "web", ...folder });
  const context = machine.context(stackOf([aDockerfileImage("web"), child]));
  const prepared: PreparedImages = {
    lock: { version: 2, targets: new Map() },
    target: {
      os: "debian-12",
      architecture: "amd64",
      inputs: aDigest(""),
      repositories: [],
      images: new Map(),
    },
    scans: new Map(),
    inputs: new Map(),
    desired: new Map(),
  };
  await using builtImages = new BuiltImages(context, prepared);
  expect(await builtImages.recall(child)).toBeUndefined();
  await expect(builtImages.get(child, listener())).rejects.toMatchObject({
    code: "build-failed",
    message: 'Image "child" is made of packages and cannot stand on "web", which is not.',
  });
  expect(await builtImages.lockedLayers()).toEqual(new Map());
});

test("what was begun is fetched before anybody asks for it, and ends with the run", async () => {
  await using machine = await aMachine();
  const context = machine.context(stackOf(all));
  const prepared = await machine.prepare(stackOf(all));
  {
    await using builtImages = new BuiltImages(context, prepared);
    builtImages.begin([front, app, base]);
    await expect.poll(() => machine.fetched().length).toBe(4);
    expect(machine.fetched().toSorted()).toEqual(names.toSorted());
  }
  // What is closed begins nothing.
  const closed = new BuiltImages(context, prepared);
  await closed[Symbol.asyncDispose]();
  closed.beginFiles([plain]);
  closed.begin([front]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(closed.steps).toEqual([]);
});
