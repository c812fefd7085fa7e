import { expect, test } from "vitest";
import type { LayerEntry } from "../../../../src/image/layers/layer.ts";
import {
  fromLayerNote,
  isLayerNote,
  toLayerNote,
} from "../../../../src/image/layers/layer-note.ts";

const common = { uid: 0, gid: 0, mtime: 7, origin: { type: "files" } } as const;
const aPackage = (name: string): LayerEntry["origin"] => ({ type: "package", name });
const digest = `sha256:${"0123456789abcdef".repeat(4)}` as const;

test("every kind of entry comes back from a note as it was", () => {
  const entries: readonly LayerEntry[] = [
    { ...common, path: "etc", type: "directory", mode: 0o755, size: 0 },
    { ...common, path: "etc/a", type: "file", mode: 0o644, size: 3, digest, offset: 1024 },
    { ...common, path: "etc/b", type: "hardlink", mode: 0o644, size: 0, linkTarget: "etc/a" },
    { ...common, path: "etc/c", type: "symlink", mode: 0o777, size: 0, linkTarget: "a" },
    { ...common, path: "etc/d", type: "symlink", mode: 0o777, size: 0, linkTarget: digest },
    { ...common, path: "etc/e", type: "file", mode: 0o644, size: 0, digest, offset: 0, uid: 9 },
    { ...common, path: "etc/f", type: "file", mode: 0o4755, size: 0, origin: aPackage("a b") },
    { ...common, path: "etc/g", type: "file", mode: 0o4755, size: 0, origin: aPackage("c") },
  ];
  const note: unknown = JSON.parse(JSON.stringify(toLayerNote(4096, entries)));

  expect(isLayerNote(note)).toBe(true);
  expect(isLayerNote(note) && fromLayerNote(note)).toStrictEqual(entries);
});

test("a note whose origins are texts, as they once were, is none", () => {
  const entry: LayerEntry = { ...common, path: "etc", type: "directory", mode: 0o755, size: 0 };
  const note = toLayerNote(4096, [entry]);
  const attributes = note.attributes.map((each) => ({ ...each, origin: "files" }));

  expect(isLayerNote(note)).toBe(true);
  expect(isLayerNote({ ...note, attributes })).toBe(false);
});

test.for([undefined, null, 1, "", [], {}, { sizeBytes: 1, entries: [] }])(
  "%j is no such note",
  (note) => {
    expect(isLayerNote(note)).toBe(false);
  },
);
