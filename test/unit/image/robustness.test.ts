import { appendFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { unpackAll } from "../../../src/image/unpack-pool.ts";
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
    const jobs = [
      {
        name: "broken",
        file: join(folder.path, "a.deb"),
        spool: join(folder.path, "spool"),
        exclude: [],
      },
    ];

    const unpacking = unpackAll({
      jobs,
      threads: 1,
      storeDirectory: folder.path,
      onDone: () => undefined,
      signal: new AbortController().signal,
    });

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
  const jobs = [1, 2, 3, 4].map((number) => ({
    name: `a${number}`,
    file: join(folder.path, "a.deb"),
    spool: join(folder.path, `spool${number}`),
    exclude: [],
  }));
  const stop = new AbortController();
  const reason = new Error("interrupted");

  const unpacking = unpackAll({
    jobs,
    threads: 2,
    storeDirectory: folder.path,
    onDone: () => stop.abort(reason),
    signal: stop.signal,
  });

  await expect(unpacking).rejects.toBe(reason);
});
