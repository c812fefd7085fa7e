import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { BuildRequest, Engine } from "../../../../src/docker/engine.ts";
import { HeldChains } from "../../../../src/docker/held-chains.ts";
import type { BuiltImage } from "../../../../src/image/built-image.ts";
import { createEmptyImage } from "../../../../src/image/empty-image.ts";
import { noFiles } from "../../../../src/image/files/files.ts";
import type { ImageInputs } from "../../../../src/image/fingerprint.ts";
import { EntryTable } from "../../../../src/image/layers/entry-table.ts";
import type { Layer } from "../../../../src/image/layers/layer.ts";
import type { Operation, PlanNode } from "../../../../src/plan/plan.ts";
import type { AssemblyProgress } from "../../../../src/run/images/built-images.ts";
import { recallFiles } from "../../../../src/run/images/files-note.ts";
import { readImageRecords } from "../../../../src/run/images/records.ts";
import type { MakingContext } from "../../../../src/run/operations/operation-context.ts";
import { perform } from "../../../../src/run/operations.ts";
import { missingDigest } from "../../../../src/stack/images/missing-digest.ts";
import type { Image, PulledImage } from "../../../../src/stack/stack.ts";
import { aDigest } from "../../../support/a-lock.ts";
import { inPieces } from "../../../support/bundles.ts";
import { aDockerfileImage, anImage, aStack } from "../../../support/builders.ts";
import { instead, operationRig, refusing } from "../../../support/operation-rig.ts";
import { temporaryFolder } from "../../../support/temporary-store.ts";

function nodeOf<Of extends Operation>(operation: Of): PlanNode<Of> {
  return { id: operation.type, operation, cause: "not found", dependsOn: [] };
}

const app = anImage("app");
const [reference, fingerprint] = [app.reference, aDigest("app")];
const empty = createEmptyImage("amd64");

/** An image of layers of these sizes, as it comes from the store. */
function built(sizes: readonly number[]): BuiltImage {
  const kept = { kind: "files", path: "", entries: new EntryTable() } as const;
  const layers = sizes.map((sizeBytes, index): Layer => ({
    ...kept,
    diffId: aDigest(String(index)),
    sizeBytes,
  }));
  const settings = { environment: new Map(), labels: new Map(), exposedPorts: [] };
  return { ...empty, image: "app", reference, fingerprint, settings, unsigned: [], layers };
}

/** What the stack's images are made from, as it is known when the plan is made. */
const inputs: ImageInputs = {
  fingerprint,
  parent: "",
  packages: new Map(),
  files: [["web/index.html", "sha256:1"]],
  settings: aDigest("settings"),
};

test("an image that is assembled says how many layers it has, and how large they are", async () => {
  await using rig = await operationRig(aStack({ images: [app] }));
  const said = async (sizes: readonly number[]): Promise<unknown> => {
    const builtImages = { heldChains: new HeldChains(), get: async () => built(sizes) };
    const operation = { type: "assemble-image", image: "app" } as const;
    return await perform(nodeOf(operation), rig.context({ builtImages }));
  };
  expect(await said([400_000])).toBe("1 layer, 0.4 MB");
  expect(await said([4_000_000, 5_900_000])).toBe("2 layers, 9.9 MB");
  expect(await said([4_000_000, 6_000_000])).toBe("2 layers, 10 MB");
  expect(await said([4_000_000, 96_400_000])).toBe("2 layers, 100 MB");
  expect(rig.engine.calls).toEqual([]);
  expect(rig.events).toEqual([]);
});

test("how far an image is, and what is noticed of it, is told with its node", async () => {
  await using rig = await operationRig(aStack({ images: [app] }));
  const builtImages = {
    heldChains: new HeldChains(),
    async get(_: Image, progress: AssemblyProgress) {
      progress.onFetch(1, 2);
      progress.onUnpack(3, 4);
      progress.onNotice("it is odd", "info");
      return built([]);
    },
  };
  const node = nodeOf({ type: "assemble-image", image: "app" });
  const { prepared } = rig.context();
  const remarks = [{ kind: "sparse", source: "/project/web/disk" } as const];
  const scans = new Map([["app", { ...noFiles, remarks }]]);
  await perform(node, rig.context({ builtImages, prepared: { ...prepared, scans } }));
  const step = { type: "node-progress", node, unit: "bytes" };
  expect(rig.events).toEqual([
    {
      type: "notice",
      level: "warning",
      message: expect.stringMatching(/^Image app: Sparse files.*\/project\/web\/disk/),
    },
    { ...step, done: 1, total: 2, detail: "fetching" },
    { ...step, done: 3, total: 4, detail: "unpacking" },
    { type: "notice", level: "info", message: "it is odd" },
  ]);
});

test("an image goes into the Engine by its name, and what it was made from is kept after that", async () => {
  await using rig = await operationRig(aStack({ images: [app] }));
  const { run, prepared } = rig.context();
  const kept = { kind: "files", entries: new EntryTable() } as const;
  const layers = empty.layers.map((layer) => ({ ...layer, ...kept }));
  const image = { ...built([]), layers } as BuiltImage;
  const engine = instead(rig.engine, {
    async loadImages(archive, ...rest) {
      // As a real one does, it takes the whole archive.
      const pieces = await Array.fromAsync(archive, (piece) => Uint8Array.from(piece));
      await rig.engine.loadImages(inPieces(Buffer.concat(pieces)), ...rest);
    },
  });
  const context = rig.context({
    engine,
    builtImages: { heldChains: new HeldChains(), get: async () => image },
    prepared: { ...prepared, inputs: new Map([["app", inputs]]) },
  });
  const node = nodeOf({ type: "load-image", image: "app" });
  expect(await perform(node, context)).toBe(image.configDigest.slice(0, 19));
  expect(rig.engine.images.find(reference)?.id).toBe(image.configDigest);
  await rig.finish();
  const noteKey = "t-app-debian-12-amd64-/project/stack.config.yaml";
  const files = await recallFiles(run.store, noteKey, fingerprint);
  expect([...(files ?? [])]).toEqual([["web/index.html", "sha256:1"]]);
  expect(rig.events).toContainEqual(
    expect.objectContaining({ type: "node-progress", node, unit: "bytes" }),
  );
});

test("an operation is for images of its kind, and for those that the stack has", async () => {
  const dockerfile = aDockerfileImage("web");
  await using rig = await operationRig(aStack({ images: [app, dockerfile] }));
  const outcome = async (operation: Operation): Promise<unknown> =>
    await perform(nodeOf(operation), rig.context()).catch((error: Error) => error.message);
  expect(await outcome({ type: "assemble-image", image: "web" })).toBe(
    "image web is not assembled",
  );
  expect(await outcome({ type: "load-image", image: "web" })).toBe("image web is not assembled");
  expect(await outcome({ type: "build-image", image: "app" })).toBe("image app has no Dockerfile");
  expect(await outcome({ type: "pull-image", image: "app" })).toBe(
    "image app is not from a registry",
  );
  expect(await outcome({ type: "pull-image", image: "none" })).toBe(
    "the plan names image none, which the stack lacks",
  );
});

/** A project with a Dockerfile, and an Engine that builds what it is given. */
async function building(offline = false) {
  await using resources = new AsyncDisposableStack();
  const folder = resources.use(await temporaryFolder());
  const dockerfile = path.join(folder.path, "Dockerfile");
  await mkdir(path.join(folder.path, "src"));
  await writeFile(path.join(folder.path, "src", "main"), "main");
  await writeFile(dockerfile, "FROM base\nFROM debian:12 AS tools\nCOPY src /src\n");
  const web = { ...aDockerfileImage("web", ["base"]), context: folder.path, dockerfile };
  const stack = { ...aStack({ images: [anImage("base"), web] }), directory: folder.path };
  const rig = resources.use(await operationRig(stack, { offline }));
  const requests: BuildRequest[] = [];
  const buildImage: Engine["buildImage"] = async (request, onOutput) => {
    for await (const _ of request.context);
    // Others find out what the Engine's builder can do.
    if (request.reference !== web.reference) return "sha256:tried";
    requests.push(request);
    onOutput("Step 1/2");
    return rig.engine.images.add(web.reference, { user: "1:1" });
  };
  const { prepared } = rig.context();
  const context = (changes: Partial<MakingContext> = {}): MakingContext =>
    rig.context({
      engine: instead(rig.engine, { buildImage }),
      prepared: { ...prepared, inputs: new Map([["web", inputs]]) },
      ...changes,
    });
  const owned = resources.move();
  const dispose = async (): Promise<void> => owned.disposeAsync();
  return { rig, requests, context, [Symbol.asyncDispose]: dispose };
}

test("a Dockerfile is built from the project's files, and what comes out is recorded", async () => {
  await using project = await building();
  const { rig, requests, context } = project;
  const node = nodeOf({ type: "build-image", image: "web" });
  const note = await perform(node, context());
  const { run } = context();
  const id = rig.engine.images.find("qclock.invalid/t/web:latest")?.id ?? "";
  expect(note).toBe(id.slice(0, 19));
  expect(requests).toHaveLength(1);
  const noteKey = "t-web-debian-12-amd64-/project/stack.config.yaml";
  await rig.finish();
  expect(await recallFiles(run.store, noteKey, fingerprint)).toBeDefined();
  expect(requests[0]?.labels.get("dev.qclock.fingerprint")).toBe(fingerprint);
  expect(rig.events).toContainEqual({ type: "node-output", node, line: "Step 1/2" });
  expect(await readImageRecords(run.store, [aDigest("web")])).toEqual(
    new Map([[aDigest("web"), new Set([id])]]),
  );
});

test("offline a Dockerfile is not built that stands on an image that the Engine lacks", async () => {
  await using project = await building(true);
  const { rig, requests, context } = project;
  const node = nodeOf({ type: "build-image", image: "web" });
  await expect(perform(node, context())).rejects.toMatchObject({
    code: "offline",
    // The stack's own images are not asked of any registry.
    message: expect.stringContaining("The Engine lacks debian:12, and"),
  });
  rig.engine.images.add("debian:12");
  await perform(node, context());
  expect(requests).toHaveLength(1);
});

const source = `registry.invalid/web@${aDigest("web")}`;
const pulled: PulledImage = {
  type: "pulled",
  name: "web",
  reference: "qclock.invalid/t/web:latest",
  source,
};

test.each([false, true])(
  "an image of a registry gets the stack's name; offline: %s",
  async (offline) => {
    await using rig = await operationRig(aStack({ images: [pulled] }), { offline });
    const { run, prepared } = rig.context();
    const pulls: string[] = [];
    const engine = instead(rig.engine, {
      async pullImage(asked, onOutput) {
        pulls.push(asked);
        onOutput("Pulling");
        rig.engine.images.add(asked);
      },
    });
    if (offline) rig.engine.images.add(source);
    const node = nodeOf({ type: "pull-image", image: "web" });
    const context = rig.context({
      engine,
      prepared: { ...prepared, inputs: new Map([["web", inputs]]) },
    });
    expect(await perform(node, context)).toBeUndefined();

    expect(pulls).toEqual(offline ? [] : [source]);
    const id = rig.engine.images.find(pulled.reference)?.id ?? "";
    expect(id).toBe(rig.engine.images.find(source)?.id);
    expect(await readImageRecords(run.store, [aDigest("web")])).toEqual(
      new Map([[aDigest("web"), new Set([id])]]),
    );
    const noteKey = "t-web-debian-12-amd64-/project/stack.config.yaml";
    await rig.finish();
    expect(await recallFiles(run.store, noteKey, fingerprint)).toBeDefined();
  },
);

test("zeros in the place of a digest are not pulled: it says how to look the digest up", async () => {
  const unknown = { ...pulled, source: `registry.invalid/web:1@${missingDigest}` };
  await using rig = await operationRig(aStack({ images: [unknown] }));
  const node = nodeOf({ type: "pull-image", image: "web" });
  await expect(perform(node, rig.context())).rejects.toMatchObject({
    code: "pull-failed",
    message: "Nobody has looked up the digest of registry.invalid/web:1 yet.",
    hint: '`qclock lock` looks it up and writes it into the manifest, in the place of the zeros in image "web".',
  });
});

test("an image is removed by a name of its own, and stays where somebody else needs it", async () => {
  await using rig = await operationRig(aStack());
  const id = rig.engine.images.add(reference);
  const remove = async (asked: string, engine: Engine = rig.engine): Promise<unknown> => {
    const operation = { type: "remove-image", reference: asked, id } as const;
    return await perform(nodeOf(operation), rig.context({ engine }));
  };
  expect(await remove(id)).toBe(`kept: it is also named ${reference}`);
  rig.engine.images.tag(id, "registry.invalid/mine:1");
  expect(await remove(id)).toBe(`kept: it is also named ${reference}, registry.invalid/mine:1`);
  expect(await remove(reference)).toBeUndefined();
  expect(rig.engine.images.references()).toEqual(["registry.invalid/mine:1"]);
  // It is gone, which is what was wanted.
  expect(await remove(reference)).toBeUndefined();
  expect(await remove(aDigest("gone"))).toBeUndefined();

  const nameless = rig.engine.images.find(id);
  if (nameless === undefined) throw new Error("it has another name still");
  const removed: string[] = [];
  const engine = instead(rig.engine, {
    inspectImage: async () => ({ ...nameless, references: [] }),
    removeImage: async (asked) => void removed.push(asked),
  });
  expect(await remove(id, engine)).toBeUndefined();
  expect(removed).toEqual([id]);

  const used = instead(rig.engine, { removeImage: refusing(409) });
  expect(await remove(reference, used)).toBe("kept: still in use");
  const broken = instead(rig.engine, { removeImage: refusing(500) });
  await expect(remove(reference, broken)).rejects.toThrow("refused");
});
