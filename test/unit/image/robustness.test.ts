import { createHash } from "node:crypto";
import { appendFile, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  createUnpackPool,
  type UnpackJob,
  type UnpackPool,
} from "../../../src/image/unpack/unpack-pool.ts";
import { createWorkshop, itemsOf } from "../../support/assemble.ts";
import { debOf, file } from "../../support/deb.ts";
import { temporaryFolder } from "../../support/temporary-store.ts";

for (const [name, change] of [
  ["is written over", (path: string) => writeFile(path, "bbbb")],
  ["grows", (path: string) => appendFile(path, "more")],
  ["shrinks", (path: string) => truncate(path, 1)],
  ["vanishes", (path: string) => rm(path)],
] as const) {
  test(`a file that ${name} between being listed and being packed is an error, and the next build is right`, async () => {
    await using workshop = await createWorkshop();
    const source = join(workshop.folder, "page");
    await writeFile(source, "aaaa");
    const image = { files: [{ source, target: "/srv/page", uid: 0, gid: 0 }] };

    const assembling = workshop.assemble({ image, afterScan: () => change(source) });
    await expect(assembling).rejects.toMatchObject({
      code: "build-failed",
      message: expect.stringContaining("/srv/page"),
    });

    await writeFile(source, "aaaa");
    const { layers } = await workshop.assemble({ image });
    expect((await itemsOf(layers[0])).get("srv/page")?.content).toBe("aaaa");
  });
}

test("a layer that was cut short in the store is made again", async () => {
  await using workshop = await createWorkshop();
  const parts = { debs: [{ name: "a", files: [file("a", "a".repeat(5000))] }] };
  const [before] = (await workshop.assemble(parts)).layers;
  await truncate(before?.path ?? "", 700);

  const [after] = (await workshop.assemble(parts)).layers;

  expect(after?.diffId).toBe(before?.diffId);
  expect((await stat(after?.path ?? "")).size).toBe(before?.sizeBytes);
});

test("owners beyond what a tar header holds are kept", async () => {
  await using workshop = await createWorkshop();
  const directory = { path: "/data", mode: 0o750, uid: 1_000_660_000, gid: 1_000_660_000 };

  const { layers } = await workshop.assemble({ image: { directories: [directory] } });

  expect((await itemsOf(layers[0])).get("data/")).toMatchObject({
    uid: 1_000_660_000,
    gid: 1_000_660_000,
    mode: 0o750,
  });
});

test("a hard link to a file that is excluded keeps its content", async () => {
  await using workshop = await createWorkshop();
  const files = [
    file("usr/share/doc/a/x", "content", { mode: 0o755 }),
    { path: "usr/bin/y", type: "hardlink", target: "usr/share/doc/a/x" },
    { path: "usr/bin/z", type: "hardlink", target: "usr/share/doc/a/x" },
  ];

  const { layers } = await workshop.assemble({
    debs: [{ name: "a", files }],
    image: { exclude: ["/usr/share/doc"] },
  });

  const items = await itemsOf(layers[0]);
  expect(items.get("usr/bin/y")).toMatchObject({ flag: "0", content: "content", mode: 0o755 });
  expect(items.get("usr/bin/z")).toMatchObject({ flag: "1", target: "usr/bin/y" });
  expect(items.has("usr/share/doc/a/x")).toBe(false);
});

test("a single file can be excluded", async () => {
  await using workshop = await createWorkshop();

  const { layers } = await workshop.assemble({
    debs: [{ name: "a", files: [file("usr/bin/x", "x"), file("usr/bin/y", "y")] }],
    image: { exclude: ["/usr/bin/x"] },
  });

  const items = await itemsOf(layers[0]);
  expect(items.has("usr/bin/x")).toBe(false);
  expect(items.has("usr/bin/y")).toBe(true);
});

test("a path that may keep its setuid bit can be named as its package ships it", async () => {
  await using workshop = await createWorkshop();

  const { layers } = await workshop.assemble({
    debs: [{ name: "a", files: [file("bin/mount", "m", { mode: 0o4755 })] }],
    image: { setuid: ["/bin/mount"] },
  });

  expect((await itemsOf(layers[0])).get("usr/bin/mount")?.mode).toBe(0o4755);
});

for (const [name, item] of [
  ["a NUL", file("ok", "x", { pax: { path: "etc/passwd\0hidden" } })],
  ["a line end", file("usr/x\n/etc/y", "x")],
] as const) {
  test(`a name with ${name} is refused`, async () => {
    await using workshop = await createWorkshop();

    await expect(workshop.assemble({ debs: [{ name: "a", files: [item] }] })).rejects.toMatchObject(
      { code: "package-corrupt" },
    );
  });
}

for (const compression of ["gz", "zst"] as const) {
  test(`a package whose ${compression} data is damaged is named`, async () => {
    await using folder = await temporaryFolder();
    const deb = debOf({ name: "a", compression, files: [file("x", "x".repeat(100_000))] });
    deb.fill(0x55, deb.length - 60, deb.length - 10);
    await writeFile(join(folder.path, "a.deb"), deb);
    await using pool = aPool(folder.path);

    const unpacking = pool.unpack(await aJob(folder.path, { name: "broken" }));

    await expect(unpacking).rejects.toMatchObject({
      code: "package-corrupt",
      message: expect.stringContaining("broken"),
    });
  });
}

test("stopped in the middle, unpacking ends with the reason that it was stopped for", async () => {
  await using folder = await temporaryFolder();
  await writeFile(
    join(folder.path, "a.deb"),
    debOf({ name: "a", files: [file("x", "x".repeat(5_000_000))] }),
  );
  const stop = new AbortController();
  const reason = new Error("interrupted");
  await using pool = aPool(folder.path, stop.signal);
  const jobs = await Promise.all(
    [1, 2, 3, 4].map((number) => aJob(folder.path, { name: `a${number}` })),
  );

  const unpacking = jobs.map((job) => pool.unpack(job));
  const results = Promise.allSettled(unpacking);
  await unpacking[0];
  stop.abort(reason);

  expect((await results).filter(({ status }) => status === "rejected")).toContainEqual({
    status: "rejected",
    reason,
  });
});

test("one package that cannot be unpacked leaves the pool to the others", async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, "a.deb"), debOf({ name: "a", files: [file("x", "x")] }));
  await writeFile(join(folder.path, "b.deb"), "no package");
  await using pool = aPool(folder.path);

  const broken = pool.unpack(await aJob(folder.path, { name: "b", file: "b.deb" }));
  const whole = pool.unpack(await aJob(folder.path, { name: "a" }));

  await expect(broken).rejects.toMatchObject({ code: "package-corrupt" });
  await expect(whole).resolves.toMatchObject({ entries: [{ path: "x" }] });
});

for (const what of ["a file of a package", "the padding at its end"] as const) {
  test(`bytes that the disk changed in ${what} are noticed, though they unpack`, async () => {
    await using folder = await temporaryFolder();
    const deb = debOf({ name: "a", compression: "none", files: [file("x", "abc".repeat(100))] });
    await writeFile(join(folder.path, "a.deb"), deb);
    const job = await aJob(folder.path, { name: "a" });
    const at = what === "a file of a package" ? deb.indexOf("abcabc") : deb.length - 1;
    deb[at] = (deb[at] ?? 0) ^ 1;
    await writeFile(join(folder.path, "a.deb"), deb);
    await using pool = aPool(folder.path);

    await expect(pool.unpack(job)).rejects.toMatchObject({
      code: "store-damaged",
      message: expect.stringContaining("package a"),
    });
  });
}

function aPool(folder: string, signal = new AbortController().signal): UnpackPool {
  return createUnpackPool({ threads: 1, storeDirectory: folder, signal });
}

async function aJob(
  folder: string,
  { name, file: fileName = "a.deb" }: { readonly name: string; readonly file?: string },
): Promise<UnpackJob> {
  const path = join(folder, fileName);
  const sha256 = createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
  const spool = join(folder, `spool-${name}`);
  return {
    os: "debian-12",
    name,
    file: path,
    digest: `sha256:${sha256}`,
    spool,
    exclude: [],
    rank: 0,
    sizeBytes: 1,
  };
}

test.for<readonly [string, Readonly<Record<string, string>>, RegExp]>([
  ["another package", { Package: "sudo" }, /says "sudo" as its Package, but the lock says "a"/],
  ["another version", { Version: "2" }, /says "2" as its Version, but the lock says "1.0-1"/],
  ["another architecture", { Architecture: "arm64" }, /says "arm64" as its Architecture/],
  ["two packages", { Section: "x\n\nPackage: b" }, /more than one paragraph/],
  ["a field twice", { package: "b" }, /holds the field package twice/],
])("a package that calls itself %s is refused", async ([, fields, message]) => {
  await using workshop = await createWorkshop();

  await expect(workshop.assemble({ debs: [{ name: "a", fields }] })).rejects.toMatchObject({
    code: "package-corrupt",
    message: expect.stringMatching(message),
  });
});
