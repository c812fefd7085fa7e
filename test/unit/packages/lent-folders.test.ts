import { expect, test } from "vitest";
import { lendFolders } from "../../../src/packages/lent-folders.ts";
import { MemoryRoot } from "../../../src/packages/scripts/memory/memory-root.ts";

const brings = (
  ...paths: readonly string[]
): { readonly entries: { readonly path: string }[] } => ({
  entries: paths.map((path) => ({ path })),
});

test("folders that no package brings are lent, and taken back with what scripts left in /tmp", () => {
  const root = new MemoryRoot({ now: 1 });
  const takeBack = lendFolders(root, [brings("etc", "usr")]);
  expect(root.stat("/tmp")).toMatchObject({ kind: "directory", mode: 0o1777 });
  expect(root.stat("/run")).toMatchObject({ kind: "directory", mode: 0o755 });
  root.write("/tmp/left", new Uint8Array());
  takeBack();
  expect(root.lstat("/tmp")).toBeUndefined();
  expect(root.lstat("/run")).toBeUndefined();
});

test("/run stays with what scripts made there", () => {
  const root = new MemoryRoot({ now: 1 });
  const takeBack = lendFolders(root, []);
  root.write("/run/pid", new Uint8Array());
  takeBack();
  expect(root.stat("/run/pid")).toBeDefined();
});

test("what a package brings, or what is there, is not lent", () => {
  const root = new MemoryRoot({ now: 1 });
  root.add("/run", { kind: "directory", mode: 0o700 });
  const takeBack = lendFolders(root, [brings("usr"), brings("etc", "tmp")]);
  expect(root.lstat("/tmp")).toBeUndefined();
  expect(root.stat("/run")?.mode).toBe(0o700);
  takeBack();
  expect(root.stat("/run")).toBeDefined();
});

test("folders that scripts removed themselves, or made something else of, are no failure", () => {
  const root = new MemoryRoot({ now: 1 });
  const takeBack = lendFolders(root, []);
  root.remove("/tmp");
  root.remove("/run");
  root.write("/run", new Uint8Array());
  takeBack();
  expect(root.lstat("/tmp")).toBeUndefined();
  expect(root.stat("/run")?.kind).toBe("file");
});
