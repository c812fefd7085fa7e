import { createHash } from "node:crypto";
import { readdir, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { Digest } from "../../../src/digest.ts";
import { measureStore, pruneStore } from "../../../src/run/store-use.ts";
import { derivedLimits, DerivedFiles } from "../../../src/store/derived.ts";
import type { Store } from "../../../src/store/store.ts";
import { createWorkshop } from "../../support/assemble.ts";
import { file } from "../../support/deb.ts";
import { temporaryStore } from "../../support/temporary-store.ts";

const now = Date.now();
const hour = 60 * 60 * 1000;

test("a store that nobody wrote to holds nothing", async () => {
  await using temporary = await temporaryStore();

  const parts = await measureStore(temporary.store);

  expect(parts.map(({ part, files, bytes }) => [part, files, bytes])).toEqual(
    ["downloads", "layers", "packages", "indexes", "notes", "unfinished"].map((part) => [
      part,
      0,
      0,
    ]),
  );
});

test("what a build leaves is told by what it is for", async () => {
  await using workshop = await createWorkshop();
  const { store } = workshop;
  const [layer] = (await workshop.assemble({ debs: [{ name: "a", files: [file("a", "a")] }] }))
    .layers;
  await download(store, "a package");
  await using unfinished = await store.createTemporary();
  await writeFile(unfinished.path, "half");

  const parts = new Map((await measureStore(store)).map((use) => [use.part, use]));

  expect(parts.get("downloads")).toEqual({ part: "downloads", files: 1, bytes: 9 });
  expect(parts.get("layers")).toEqual({ part: "layers", files: 1, bytes: layer?.sizeBytes });
  expect(parts.get("packages")).toMatchObject({ files: 1, limitBytes: derivedLimits.packages });
  expect(parts.get("indexes")).toMatchObject({ files: 0, limitBytes: derivedLimits.indexes });
  expect(parts.get("notes")?.files).toBeGreaterThan(0);
  expect(parts.get("unfinished")).toEqual({ part: "unfinished", files: 1, bytes: 4 });
});

test("what was not used goes where it can be made anew; what was used and what was downloaded stays", async () => {
  await using workshop = await createWorkshop();
  const { store } = workshop;
  const parts = { debs: [{ name: "a", files: [file("a", "a")] }] };
  const [layer] = (await workshop.assemble(parts)).layers;
  await download(store, "a package");
  await keepIndex(store, "old");
  await keepIndex(store, "new");
  await makeOld(store.directory, now - 25 * hour);
  await makeOld(path.join(store.directory, "derived/indexes/new"), now - 23 * hour);

  const removed = await pruneStore(store, { unusedForMs: 24 * hour, nowMs: now });

  expect(removed).toEqual([
    { part: "layers", files: 1, bytes: layer?.sizeBytes },
    { part: "packages", files: 1, bytes: expect.any(Number) },
    { part: "indexes", files: 1, bytes: 3 },
  ]);
  const left = (await measureStore(store)).map(({ part, files }) => [part, files]);
  expect(left.slice(0, 4)).toEqual([
    ["downloads", 1],
    ["layers", 0],
    ["packages", 0],
    ["indexes", 1],
  ]);
  workshop.unpacked.length = 0;
  expect((await workshop.assemble(parts)).layers[0]?.diffId).toBe(layer?.diffId);
  expect(workshop.unpacked).toEqual(["a"]);
});

test("a layer that a build takes from the store counts as used", async () => {
  await using workshop = await createWorkshop();
  const parts = { debs: [{ name: "a", files: [file("a", "a")] }] };
  await workshop.assemble(parts);
  await makeOld(workshop.store.directory, now - 48 * hour);

  await workshop.assemble(parts);

  const [layers] = await pruneStore(workshop.store, { unusedForMs: 24 * hour, nowMs: now });
  expect(layers).toEqual({ part: "layers", files: 0, bytes: 0 });
});

async function download(store: Store, text: string): Promise<void> {
  const digest: Digest = `sha256:${createHash("sha256").update(text).digest("hex")}`;
  await store.put(
    digest,
    (async function* () {
      yield Buffer.from(text);
    })(),
  );
}

async function keepIndex(store: Store, key: string): Promise<void> {
  await using temporary = await store.createTemporary();
  await writeFile(temporary.path, key);
  await new DerivedFiles(store, "indexes").keep(key, temporary.path);
}

/** Let a file, or all below a folder, look as if it was used at a time. */
async function makeOld(place: string, timeMs: number): Promise<void> {
  const time = new Date(timeMs);
  await utimes(place, time, time);
  const names = await readdir(place, { recursive: true }).catch(() => []);
  for (const name of names) await utimes(path.join(place, name), time, time);
}
