import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test, vi } from "vitest";
import { scanFiles } from "../../../../src/image/files/files.ts";
import { type AssemblyProgress, BuiltImages } from "../../../../src/run/images/built-images.ts";
import { readImageRecords } from "../../../../src/run/images/records.ts";
import { aDigest } from "../../../support/a-lock.ts";
import { anArchive } from "../../../support/an-artifact.ts";
import { anImage } from "../../../support/builders.ts";
import { imageWorkshop } from "../../../support/image-workshop.ts";

/** Progress that keeps what is noticed. */
function listener(): { readonly progress: AssemblyProgress; readonly told: string[] } {
  const told: string[] = [];
  const progress = {
    onFetch: () => undefined,
    onUnpack: () => undefined,
    onNotice: (message: string) => void told.push(message),
  };
  return { progress, told };
}

test("an image that was begun ahead is the one that is asked for later, and its notices are told then", async () => {
  const config = { ...anImage("any").config, workingDirectory: "/srv/nowhere" };
  await using workshop = await imageWorkshop({ config });
  const { base, app, context, prepared } = workshop;
  await using builtImages = new BuiltImages(context, prepared);
  const first = listener();
  const parent = await builtImages.get(base, first.progress);
  builtImages.beginFiles([base, app]);
  // Long enough for the layer of one small file; nobody has asked for the image.
  while (builtImages.steps.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(first.told).toEqual([]);

  const { progress, told } = listener();
  const built = await builtImages.get(app, progress);
  expect(built.layers.slice(0, -1)).toEqual(parent.layers);
  expect(builtImages.steps.map(({ image }) => image)).toEqual(["base", "app"]);
  expect(told).toEqual([expect.stringContaining("/srv/nowhere, its working folder")]);

  await builtImages.get(app, progress);
  expect(told).toHaveLength(1);
});

test("what may have to be fetched is not begun ahead", async () => {
  const archive = anArchive(Buffer.from("tar"));
  await using workshop = await imageWorkshop({ artifacts: [archive] });
  const { base, app, context, prepared, fetched } = workshop;
  await using builtImages = new BuiltImages(context, prepared);
  await builtImages.get(base, listener().progress);
  builtImages.beginFiles([app]);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(fetched).toEqual([]);

  await expect(builtImages.get(app, listener().progress)).rejects.toThrow("nothing is fetched");
  expect(fetched).toEqual([archive.digest]);
});

test("a layer that stays is looked for once, however often its image is asked about", async () => {
  const users = [{ name: "app", uid: 10_001, gid: 10_001, home: "/", shell: "/bin/sh", gecos: "" }];
  await using workshop = await imageWorkshop({ users });
  const { base, app, context, prepared } = workshop;
  {
    await using first = new BuiltImages(context, prepared);
    await first.get(app, listener().progress);
  }
  await writeFile(path.join(app.files[0]?.source ?? "", "app.txt"), "another");
  const scans = new Map([...prepared.scans, ["app", await scanFiles(app, context.store)]]);
  const reading = vi.spyOn(context.store, "readNoteBytes");
  await using again = new BuiltImages(context, { ...prepared, scans });
  again.beginFiles([base, app]);
  const built = await again.get(app, listener().progress);

  const read = reading.mock.calls.flatMap(([kind, key]) => (kind === "layer-entries" ? [key] : []));
  const kept = built.layers.slice(0, -1).map(({ diffId }) => diffId);
  expect(kept).toHaveLength(2);
  expect(read.toSorted()).toEqual(kept.toSorted());
});

test("which ids an image may have is recorded when it is made, before an Engine can have it", async () => {
  await using workshop = await imageWorkshop();
  const { app, context, prepared } = workshop;
  const fingerprint = aDigest("app");
  const desired = new Map([["app", { reference: app.reference, fingerprint }]]);
  await using builtImages = new BuiltImages(context, { ...prepared, desired });
  const { configDigest, manifestDigest } = await builtImages.get(app, listener().progress);
  const records = await readImageRecords(context.store, [fingerprint]);
  expect(records.get(fingerprint)).toEqual(new Set([configDigest, manifestDigest]));
});

test("an image is there before its layer is noted, which is seen to the end", async () => {
  await using workshop = await imageWorkshop();
  const { app, context, prepared } = workshop;
  const isThere = Promise.withResolvers<void>();
  const writeNoteBytes = context.store.writeNoteBytes.bind(context.store);
  vi.spyOn(context.store, "writeNoteBytes").mockImplementation(async (...note) => {
    await isThere.promise;
    await writeNoteBytes(...note);
  });
  {
    await using builtImages = new BuiltImages(context, prepared);
    await builtImages.get(app, listener().progress);
    isThere.resolve();
  }
  await using again = new BuiltImages(context, prepared);
  expect(await again.recall(app)).toBeDefined();
});
