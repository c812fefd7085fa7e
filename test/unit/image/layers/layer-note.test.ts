import { expect, test } from "vitest";
import { EntryTable } from "../../../../src/image/layers/entry-table.ts";
import type { LayerEntry } from "../../../../src/image/layers/layer-entry.ts";
import { decodeLayerNote, encodeLayerNote } from "../../../../src/image/layers/layer-note.ts";
import { MergedLayers } from "../../../../src/image/layers/merged-layers.ts";

const common = { uid: 0, gid: 0, mtime: 7, origin: { type: "files" } } as const;
const aPackage = (name: string): LayerEntry["origin"] => ({ type: "package", name });
const digest = `sha256:${"0123456789abcdef".repeat(4)}` as const;
const entries: readonly LayerEntry[] = [
  { ...common, path: "etc", type: "directory", mode: 0o755, size: 0 },
  { ...common, path: "etc/a", type: "file", mode: 0o644, size: 2 ** 41, digest, offset: 2 ** 40 },
  { ...common, path: "etc/b", type: "hardlink", mode: 0o644, size: 0, linkTarget: "etc/a" },
  { ...common, path: "etc/c", type: "symlink", mode: 0o777, size: 0, linkTarget: "" },
  { ...common, path: "etc/d", type: "symlink", mode: 0o777, size: 0, linkTarget: digest },
  { ...common, path: "etc/e", type: "file", mode: 0o644, size: 0, digest, offset: 0, uid: 9 },
  { ...common, path: "etc/f", type: "file", mode: 0o4755, size: 0, origin: aPackage("a b") },
  { ...common, path: "etc/g", type: "file", mode: 0o4755, size: 0, origin: aPackage("c") },
  { ...common, path: "é", type: "symlink", mode: 0o777, size: 0, linkTarget: "è", mtime: -1 },
];

const noteOf = (table: EntryTable): Buffer =>
  Buffer.concat([...encodeLayerNote({ sizeBytes: 4096, entries: table })]);

test("every kind of entry comes back from a note as it was", () => {
  const note = decodeLayerNote(noteOf(EntryTable.of(entries)));

  expect(note?.sizeBytes).toBe(4096);
  expect(note?.entries).toHaveLength(entries.length);
  expect([...(note?.entries ?? [])]).toStrictEqual(entries);
  expect(decodeLayerNote(noteOf(new EntryTable()))?.entries).toHaveLength(0);
});

test("entries may be added to those of a note, which stays as it is", () => {
  const bytes = noteOf(EntryTable.of(entries));
  const before = Buffer.from(bytes);
  const added = { ...common, path: "ê", type: "directory", mode: 0o700, size: 0 } as const;
  const table = decodeLayerNote(bytes)?.entries;
  for (let count = 0; count < 300; count++) table?.add(added);

  expect([...(table ?? [])].slice(0, entries.length)).toStrictEqual(entries);
  expect(table?.find("ê")).toStrictEqual(added);
  expect(bytes.equals(before)).toBe(true);
});

test.for([
  undefined,
  Buffer.alloc(0),
  Buffer.alloc(400),
  Buffer.from("{}"),
  noteOf(EntryTable.of(entries)).subarray(0, -1),
  Buffer.concat([noteOf(EntryTable.of(entries)), Buffer.alloc(1)]),
])("what is of another shape is no such note", (bytes) => {
  expect(decodeLayerNote(bytes)).toBeUndefined();
});

test("each entry is found by its path and nothing by another one", () => {
  const table = EntryTable.of(entries);

  for (const entry of entries) expect(table.find(entry.path)).toStrictEqual(entry);
  for (const path of ["", "a", "et", "etc/", "etc/aa", "etc/ff", "ée", "\u{1F600}"])
    expect(table.find(path)).toBeUndefined();
  expect([...table.pathsFrom("etc/")]).toEqual(entries.slice(1, -1).map(({ path }) => path));
  expect([...table.pathsFrom("f")]).toEqual([]);
});

test("of several layers the upper one's entry counts", () => {
  const upper = { ...common, path: "etc/a", type: "directory", mode: 0o700, size: 0 } as const;
  const merged = new MergedLayers([
    { entries: EntryTable.of(entries) },
    { entries: EntryTable.of([upper]) },
  ]);

  expect(merged.get("etc/a")).toStrictEqual(upper);
  expect(merged.get("etc/b")).toStrictEqual(entries[2]);
  expect(merged.get("none")).toBeUndefined();
  expect([...merged.pathsFrom("etc/a")]).toEqual(["etc/a", "etc/a"]);
});
