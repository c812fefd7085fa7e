import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { readContent, readRoot, type Root } from "../../judge/root/tar-root.ts";
import { type TarItem, tarOf } from "../../support/tar.ts";
import { temporaryFolder } from "../../support/temporary-store.ts";

async function rootOf(...layers: readonly (readonly TarItem[])[]): Promise<Root> {
  await using folder = await temporaryFolder();
  const files = layers.map((_, index) => path.join(folder.path, `${index}.tar`));
  for (const [index, items] of layers.entries()) await writeFile(files[index] ?? "", tarOf(items));
  const root = readRoot(files);
  // While the tars are still there.
  for (const [name, node] of root) contents.set(name, readContent(node).toString());
  return root;
}

const contents = new Map<string, string>();

it("reads kinds, modes, owners, contents and links, in either way to write a path", async () => {
  const root = await rootOf([
    { path: "./etc/", type: "directory", mode: 0o750, uid: 3, gid: 4 },
    { path: "etc/a", content: "text", mode: 0o4755 },
    { path: "./etc/b", type: "symlink", target: "a" },
    { path: "etc/long", pax: { path: `etc/${"n".repeat(200)}` }, content: "long" },
  ]);
  expect(root.get("/etc")).toEqual({ type: "directory", mode: 0o750, uid: 3, gid: 4 });
  expect(root.get("/etc/a")).toMatchObject({ type: "file", mode: 0o4755, content: { size: 4 } });
  expect(contents.get("/etc/a")).toBe("text");
  expect(root.get("/etc/b")).toMatchObject({ type: "symlink", target: "a" });
  expect(contents.get(`/etc/${"n".repeat(200)}`)).toBe("long");
});

it("names the first path of those that are one file, and keeps the capability", async () => {
  const root = await rootOf([
    { path: "b", content: "one", pax: { "SCHILY.xattr.security.capability": "\u0001\u0002" } },
    { path: "a", type: "hardlink", target: "./b" },
    { path: "c", content: "one" },
  ]);
  expect(root.get("/a")).toMatchObject({ linkedTo: "/a", capability: "0102" });
  expect(root.get("/b")).toMatchObject({ linkedTo: "/a" });
  expect(root.get("/c")).not.toHaveProperty("linkedTo");
});

it("lays layers over each other and applies their whiteouts", async () => {
  const root = await rootOf(
    [
      { path: "gone/inside", content: "1" },
      { path: "folder/old", content: "1" },
      { path: "kept", content: "1" },
      { path: "was", type: "directory" },
      { path: "was/inside", content: "1" },
    ],
    [
      { path: ".wh.gone" },
      { path: "folder/.wh..wh..opq" },
      { path: "folder/new", content: "2" },
      { path: "was", content: "2" },
    ],
  );
  expect([...root.keys()].toSorted()).toEqual(["/", "/folder/new", "/kept", "/was"]);
});

it("says what a hard link leads to that is not there", async () => {
  await expect(rootOf([{ path: "a", type: "hardlink", target: "b" }])).rejects.toThrow(
    "/a is linked to /b, which is not there",
  );
});
