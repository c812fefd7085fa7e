/** A store that several runs share, and that the disk does not keep as it was. */
import { glob, open, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { engineApi } from "../support/engine-api.ts";
import { Rig } from "../support/rig.ts";
import { temporaryFolder } from "../support/temporary-store.ts";

/** The stack built once, in a store of its own. */
async function builtRig(store: string): Promise<Rig> {
  const rig = await Rig.create("tiny", { store });
  expect(await rig.qclock(["build"])).toMatchObject({ exitCode: 0 });
  return rig;
}

/**
 * The blobs of a store, told by their first bytes: packages are ar archives, everything else here
 * is a layer.
 */
async function blobsOf(
  store: string,
): Promise<{ readonly packages: readonly string[]; readonly layers: readonly string[] }> {
  const packages: string[] = [];
  const layers: string[] = [];
  for await (const file of glob(path.join(store, "blobs/sha256/*/*"))) {
    const head = (await readFile(file)).toString("latin1", 0, 7);
    if (head === "!<arch>") packages.push(file);
    else if (!head.startsWith("-----BE") && !head.startsWith("\u00FD7zXZ")) layers.push(file);
  }
  return { packages, layers };
}

/** Change one byte in the middle: the size stays, so that only the digest can tell. */
async function damage(file: string): Promise<void> {
  await using handle = await open(file, "r+");
  const { size } = await handle.stat();
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, Math.floor(size / 2));
  buffer[0] = (buffer[0] ?? 0) ^ 0xff;
  await handle.write(buffer, 0, 1, Math.floor(size / 2));
}

async function imageIds(rig: Rig): Promise<readonly unknown[]> {
  return Promise.all(
    ["base", "web"].map(async (image) => {
      const found = await engineApi(
        "GET",
        `/images/qclock.invalid/${rig.stack}/${image}:latest/json`,
      );
      return typeof found === "object" && found !== null && "Id" in found ? found.Id : undefined;
    }),
  );
}

async function removeImages(rig: Rig): Promise<void> {
  expect(await rig.qclock(["reset", "--images", "--yes"])).toMatchObject({ exitCode: 0 });
}

test("a package that the disk has changed must not be used, and is fetched again", async () => {
  await using folder = await temporaryFolder();
  await using rig = await builtRig(folder.path);
  const before = await imageIds(rig);
  await removeImages(rig);
  const { packages, layers } = await blobsOf(folder.path);
  expect(packages).toHaveLength(1);
  for (const file of packages) await damage(file);
  for (const file of layers) await rm(file);
  await rm(path.join(folder.path, "derived"), { recursive: true });

  const offline = await rig.qclock(["build", "--offline"]);
  expect(offline.exitCode).toBe(4);
  expect(offline.stderr).toContain("[offline]");
  expect(await rig.qclock(["build"])).toMatchObject({ exitCode: 0 });
  expect(await imageIds(rig)).toEqual(before);
});

test("what is kept of an unpacked package and the disk has changed must not be used: the package is unpacked again", async () => {
  await using folder = await temporaryFolder();
  await using rig = await builtRig(folder.path);
  const before = await imageIds(rig);
  await removeImages(rig);
  const { layers } = await blobsOf(folder.path);
  for (const file of layers) await rm(file);
  const kept = await Array.fromAsync(glob(path.join(folder.path, "derived/packages/*")));
  expect(kept).toHaveLength(1);
  for (const file of kept) await damage(file);

  expect(await rig.qclock(["build", "--offline"])).toMatchObject({ exitCode: 0 });

  expect(await imageIds(rig)).toEqual(before);
});

test("a layer that the disk has changed must not reach the Engine, and the next run makes it anew", async () => {
  await using folder = await temporaryFolder();
  await using rig = await builtRig(folder.path);
  const before = await imageIds(rig);
  await removeImages(rig);
  const { layers } = await blobsOf(folder.path);
  expect(layers.length).toBeGreaterThanOrEqual(2);
  for (const file of layers) await damage(file);

  const { exitCode, stderr } = await rig.qclock(["build"]);
  expect(exitCode).toBe(1);
  expect(stderr).toContain("[store-damaged]");
  // Each run finds the damage of what it sends: the base first, then what stands on it.
  await rig.qclock(["build"]);
  expect(await rig.qclock(["build"])).toMatchObject({ exitCode: 0 });
  expect(await imageIds(rig)).toEqual(before);
});

test("two builds at once from an empty store must both end well, with the same bytes", async () => {
  await using folder = await temporaryFolder();
  await using one = await Rig.create("tiny", { store: folder.path });
  await using two = await Rig.create("tiny", { store: folder.path });

  const ended = await Promise.all([one.qclock(["build"]), two.qclock(["build"])]);

  expect(ended.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  const locks = await Promise.all(
    [one, two].map((rig) => readFile(path.join(rig.directory, "stack.lock.yaml"), "utf8")),
  );
  expect(locks[0]).toBe(locks[1]);
  expect(locks[0]).toContain("packages_layer: sha256:");
});
