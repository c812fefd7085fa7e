import { expect, test } from "vitest";
import type { Engine } from "../../../../src/docker/engine.ts";
import { listBundle } from "../../../../src/run/bundle/list.ts";
import { loadBundle } from "../../../../src/run/bundle/load.ts";
import type { RunEventBody } from "../../../../src/run/execution/event.ts";
import { readImageRecords } from "../../../../src/run/images/records.ts";
import type { PulledImage } from "../../../../src/stack/stack.ts";
import { aDigest } from "../../../support/a-lock.ts";
import { anEngineInfo } from "../../../support/a-subject.ts";
import {
  aLoadContext,
  emptyLock,
  inPieces,
  loadOptions,
  savedBundle,
} from "../../../support/bundles.ts";
import { startFakeMirror } from "../../../support/fake-mirror.ts";
import { memoryEngine, type MemoryEngine } from "../../../support/memory-engine.ts";
import { openMemoryStack } from "../../../support/memory-stack.ts";
import { instead } from "../../../support/operation-rig.ts";
import { temporaryStore } from "../../../support/temporary-store.ts";

const reference = "qclock.invalid/shop/tools:latest";
const web: PulledImage = {
  type: "pulled",
  name: "web",
  reference: "qclock.invalid/shop/web:latest",
  source: `registry.invalid/web@${aDigest("web")}`,
};

/** A bundle of a stack with an image that is assembled and one that is not, and who loads it. */
async function aBundle(options: { readonly images?: boolean; readonly manifest?: boolean } = {}) {
  await using resources = new AsyncDisposableStack();
  const memory = resources.use(await openMemoryStack());
  const mirror = resources.use(await startFakeMirror([]));
  const { store: first } = resources.use(await temporaryStore());
  const { store } = resources.use(await temporaryStore());
  const stack = memory.rig.stack({ services: [], images: [web] });
  const saving: RunEventBody[] = [];
  const bytes = await savedBundle({
    store: first,
    mirror,
    stack,
    lock: emptyLock(stack),
    options: { images: true, ...options },
    onEvent: (event) => void saving.push(event),
  });
  const owned = resources.move();
  return {
    bytes,
    store,
    saving,
    async load(
      engine: Engine,
      loading: { readonly images?: boolean; readonly manifest?: boolean },
    ) {
      const events: RunEventBody[] = [];
      const context = {
        ...aLoadContext({ store }),
        engine: async () => engine,
        emit: (event: RunEventBody) => void events.push(event),
      };
      const report = await loadBundle(context, inPieces(bytes), loadOptions(mirror, loading));
      return { report, events };
    },
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

/** An Engine that tells of the machine for which this one's images are. */
function engineOf(architecture = process.arch === "arm64" ? "arm64" : "amd64"): {
  readonly memory: MemoryEngine;
  readonly engine: Engine;
} {
  const memory = memoryEngine();
  const info = async () => ({ ...anEngineInfo, architecture });
  return { memory, engine: instead(memory, { info }) };
}

test("what is not assembled is told when a bundle is saved, and what is in it when it is listed", async () => {
  await using bundle = await aBundle();
  expect(bundle.saving).toContainEqual({
    type: "notice",
    level: "warning",
    message: "Not in the bundle, since qclock does not assemble them: web.",
    hint: "Carry them over with `docker save`.",
  });
  const list = await listBundle(inPieces(bundle.bytes), "b.bundle");
  const written = bundle.saving.flatMap((event) =>
    event.type === "phase-progress" && event.phase === "bundle:write" ? [event] : [],
  );
  expect(written.at(-1)?.total).toBe(list.sizeBytes);
  // Headers of the tar go out as well.
  expect(written.at(-1)?.done).toBe(bundle.bytes.length);
  expect(list.images).toEqual([
    expect.objectContaining({
      name: "tools",
      reference,
      target: expect.stringMatching(/^debian-12\//),
    }),
  ]);
  const [image] = list.images;
  // One layer of a folder and a program.
  expect(image?.sizeBytes).toBeGreaterThan(1024);
  expect(image?.sizeBytes).toBeLessThan(list.sizeBytes);
  expect(list).not.toHaveProperty("manifest");
});

test("a bundle's images get their names in the Engine while the stack is held, and are not taken for built", async () => {
  await using bundle = await aBundle();
  const { memory, engine } = engineOf();
  const { report, events } = await bundle.load(engine, { images: true });
  expect(report.images).toEqual([reference]);
  const read = events.flatMap((event) =>
    event.type === "phase-progress" && event.phase === "bundle:read" ? [event] : [],
  );
  expect(read[0]?.done).toBeLessThan(read[0]?.total ?? 0);
  expect(read.at(-1)?.done).toBe(read.at(-1)?.total);
  const found = memory.images.find(reference);
  expect(found?.labels.get("dev.qclock.stack")).toBe("shop");
  const fingerprint = found?.labels.get("dev.qclock.fingerprint") ?? "";
  expect(await readImageRecords(bundle.store, [fingerprint])).toEqual(new Map());
  const told = memory.calls.filter((call) => /hold|shop\/tools/.test(call));
  expect(told).toEqual([
    "create container shop-qclock-hold",
    `tag ${reference}`,
    "remove container shop-qclock-hold",
  ]);
  expect(events.filter(({ type }) => type === "notice")).toEqual([
    {
      type: "notice",
      level: "info",
      message:
        "A bundle's images are not proved: build and up make each again from the packages before it runs.",
    },
  ]);
});

test("images that nobody asked for stay where they are, and their Engine is not asked", async () => {
  await using bundle = await aBundle();
  const silent = instead(memoryEngine(), {
    info: async () => Promise.reject(new Error("it was asked")),
  });
  const { report, events } = await bundle.load(silent, {});
  expect(report).toMatchObject({ images: [], added: { files: 0, bytes: 0 } });
  expect(events.filter(({ type }) => type === "notice")).toEqual([]);
  const { engine } = engineOf();
  // The configuration, the manifest and one layer.
  expect((await bundle.load(engine, { images: true })).report).toMatchObject({
    added: { files: 3 },
    held: { files: 0, bytes: 0 },
  });
  const again = (await bundle.load(engine, { images: true })).report;
  expect(again).toMatchObject({ added: { files: 0, bytes: 0 }, held: { files: 3 } });
  expect(again.held.bytes).toBeGreaterThan(1024);
});

test("images of another machine are refused before anything is read", async () => {
  await using bundle = await aBundle();
  const { engine, memory } = engineOf("riscv64");
  const own = process.arch === "arm64" ? "arm64" : "amd64";
  await expect(bundle.load(engine, { images: true })).rejects.toMatchObject({
    code: "engine-platform",
    message: `b.bundle holds images for linux/${own}, and the Engine runs linux/riscv64.`,
  });
  expect(memory.calls).toEqual([]);
});

test("what a bundle does not hold cannot be asked of it", async () => {
  await using bundle = await aBundle({ images: false });
  const { engine } = engineOf();
  for (const what of ["images", "manifest"])
    await expect(bundle.load(engine, { [what]: true })).rejects.toMatchObject({
      code: "usage",
      message: `b.bundle holds no ${what}.`,
      hint: `Save it with \`qclock bundle save --${what}\`, or load it without --${what}.`,
    });
  await expect(bundle.load(engine, {})).resolves.toBeDefined();
});
