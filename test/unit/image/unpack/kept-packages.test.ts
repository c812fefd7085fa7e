import { mkdir, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, expect, test } from "vitest";
import {
  createWorkshop,
  type ImageParts,
  itemsOf,
  type Workshop,
} from "../../../support/assemble.ts";
import { type DebParts, file, link } from "../../../support/deb.ts";

const base: DebParts = {
  name: "base-files",
  compression: "gz",
  files: [
    file("etc/a.conf", "a\n", { mtime: 1_500_000_000 }),
    file("usr/bin/tool", "tool ".repeat(1000), { mode: 0o755 }),
    { path: "usr/bin/again", type: "hardlink", target: "usr/bin/tool" },
    link("usr/bin/link", "tool"),
    file("usr/share/doc/base-files/copyright", "nobody\n"),
  ],
  control: { conffiles: "/etc/a.conf\n", postinst: "#!/bin/sh\necho done\n" },
};
const more: DebParts = { name: "more", files: [file("usr/bin/more", "more", { mode: 0o755 })] };
const exclude = ["/usr/share/doc"];

/** The layer of both packages as a store makes it that keeps nothing yet. */
let anew: Buffer;

beforeAll(async () => {
  await using workshop = await createWorkshop();
  anew = await layerOf(workshop, { debs: [base, more], image: { exclude } });
});

test("a package that was taken apart once is not again, and the layer is the same to the byte", async () => {
  await using workshop = await createWorkshop();
  await workshop.assemble({ debs: [base], image: { exclude } });

  expect(await layerOf(workshop, { debs: [base, more], image: { exclude } })).toEqual(anew);
  expect(workshop.unpacked).toEqual(["base-files", "more"]);
});

test("what is left out of a package is part of what it is known by", async () => {
  await using workshop = await createWorkshop();
  await workshop.assemble({ debs: [base], image: { exclude } });

  const [layer] = (await workshop.assemble({ debs: [base] })).layers;

  expect(workshop.unpacked).toEqual(["base-files", "base-files"]);
  const items = await itemsOf(layer);
  expect(items.get("usr/share/doc/base-files/copyright")?.content).toBe("nobody\n");
});

test("another version of a package is taken apart", async () => {
  await using workshop = await createWorkshop();
  await workshop.assemble({ debs: [base] });
  await workshop.assemble({ debs: [{ ...base, version: "1.0-2" }] });

  expect(workshop.unpacked).toEqual(["base-files", "base-files"]);
});

test("what is kept is the owner's alone, and nothing else is left", async () => {
  await using workshop = await createWorkshop();
  await workshop.assemble({ debs: [base] });
  await workshop.assemble({ debs: [base, more] });

  const files = await keptFiles(workshop);
  expect(files).toHaveLength(2);
  for (const kept of files) expect((await stat(kept)).mode & 0o777).toBe(0o600);
  await expect(readdir(path.join(workshop.store.directory, "tmp"))).resolves.toEqual([]);
});

test.for([
  ["is cut short", (kept: string) => truncate(kept, 2000)],
  ["is empty", (kept: string) => truncate(kept, 0)],
  ["has another content", (kept: string) => change(kept, (bytes) => bytes.indexOf("tool tool"))],
  ["has other entries", (kept: string) => change(kept, (bytes) => bytes.indexOf('"mode"') + 8)],
  ["has another length", (kept: string) => change(kept, (bytes) => bytes.length - 12)],
  [
    "is of another form",
    (kept: string) => change(kept, (bytes) => bytes.lastIndexOf("qclock package")),
  ],
  ["is gone", (kept: string) => rm(kept)],
] as const)("a kept package that %s is taken apart anew, and kept again", async ([, spoil]) => {
  await using workshop = await createWorkshop();
  const parts = { debs: [base, more], image: { exclude } };
  await workshop.assemble(parts);
  const [kept = ""] = await keptFiles(workshop, "tool tool");
  const whole = await readFile(kept);
  await spoil(kept);
  // Which layer these packages gave.
  await rm(path.join(workshop.store.directory, "notes"), { recursive: true });

  expect(await layerOf(workshop, parts)).toEqual(anew);
  expect(workshop.unpacked.filter((name) => name === "base-files")).toHaveLength(2);
  expect(await readFile(kept)).toEqual(whole);
});

test("a store that keeps nothing builds the same", async () => {
  await using workshop = await createWorkshop();
  await mkdir(workshop.store.directory);
  await writeFile(path.join(workshop.store.directory, "derived"), "a file in the way");

  expect(await layerOf(workshop, { debs: [base, more], image: { exclude } })).toEqual(anew);
});

async function layerOf(workshop: Workshop, parts: ImageParts): Promise<Buffer> {
  const [layer] = (await workshop.assemble(parts)).layers;
  return await readFile(layer?.path ?? "");
}

/** Those that hold a text; absent: all. */
async function keptFiles({ store }: Workshop, text = ""): Promise<readonly string[]> {
  const folder = path.join(store.directory, "derived/packages");
  const files = (await readdir(folder)).map((name) => path.join(folder, name));
  const contents = await Promise.all(files.map((name) => readFile(name)));
  return files.filter((_, index) => contents[index]?.includes(text));
}

/** Change one bit of a file. */
async function change(kept: string, placeIn: (bytes: Buffer) => number): Promise<void> {
  const bytes = await readFile(kept);
  const place = placeIn(bytes);
  bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place);
  await writeFile(kept, bytes);
}
