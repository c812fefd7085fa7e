import { expect, test } from "vitest";
import type { Engine } from "../../../../src/docker/engine.ts";
import { debDatabase } from "../../../../src/packages/deb/database.ts";
import type { PackageDatabase } from "../../../../src/packages/package-database.ts";
import type { Store } from "../../../../src/store/store.ts";
import type { ImageFiles } from "../../../../src/verify/images/image-files.ts";
import { isEnginePath, readImageFiles } from "../../../../src/verify/images/read-image-files.ts";
import { elfOf } from "../../../support/elf.ts";
import { type TarItem, tarOf } from "../../../support/tar.ts";
import { temporaryStore } from "../../../support/temporary-store.ts";

/** An Engine with one image, and how often it was read back. */
function holding(items: readonly TarItem[]): {
  readonly engine: Engine;
  readonly exports: string[];
} {
  const exports: string[] = [];
  const engine: Pick<Engine, "exportImage"> = {
    exportImage: async (reference) => {
      exports.push(reference);
      return (async function* () {
        yield tarOf(items);
      })();
    },
  };
  return { engine: engine as Engine, exports };
}

async function read(
  engine: Engine,
  store: Store,
  identity = "sha256:i",
  database: PackageDatabase = debDatabase,
): Promise<ImageFiles> {
  const { signal } = new AbortController();
  const texts = ["etc/passwd", "etc/shadow"];
  return readImageFiles({ reference: "app", identity }, { engine, store, texts, database, signal });
}

test("every file is read with its head, the wanted ones with their text, and what is the Engine's left out", async () => {
  await using held = await temporaryStore();
  const { store } = held;
  const long = `root:x:0:0::/root:/bin/sh\n${"#".repeat(300)}\n`;
  const status = "Package: a\nStatus: install ok installed\nArchitecture: all\nVersion: 2\n";
  const { engine, exports } = holding([
    { path: "./", type: "directory" },
    { path: ".dockerenv" },
    { path: "dev", type: "directory" },
    { path: "dev/console" },
    { path: "proc/x" },
    { path: "etc/hosts" },
    { path: "etc/passwd", content: long, uid: 1, gid: 2 },
    { path: "etc/hosts.allow", content: "all" },
    { path: "bin", type: "symlink", target: "usr/bin" },
    { path: "usr/bin/app", content: elfOf({}), mode: 0o4755 },
    { path: "usr/bin/run", content: `#!/bin/sh ${"x".repeat(300)}\n`, mode: 0o755 },
    { path: "usr/bin/key", content: "-----BEGIN PRIVATE KEY-----" },
    { path: "usr/bin/hard", type: "hardlink", target: "usr/bin/app" },
    { path: "var/lib/dpkg/status", content: status },
  ]);
  const found = await read(engine, store);

  const plain = { uid: 0, gid: 0, mode: 0o644 } as const;
  expect([...found.entries.values()]).toEqual([
    { ...plain, path: "etc/passwd", type: "file", uid: 1, gid: 2, size: long.length },
    { ...plain, path: "etc/hosts.allow", type: "file", size: 3 },
    { ...plain, path: "bin", type: "symlink", size: 0, linkTarget: "usr/bin" },
    {
      ...plain,
      path: "usr/bin/app",
      type: "file",
      mode: 0o4755,
      size: elfOf({}).length,
      head: { type: "elf", architecture: "amd64" },
    },
    {
      ...plain,
      path: "usr/bin/run",
      type: "file",
      mode: 0o755,
      size: 311,
      // The head of a file is its first 256 bytes.
      head: { type: "script", interpreter: `/bin/sh ${"x".repeat(246)}` },
    },
    { ...plain, path: "usr/bin/key", type: "file", size: 27, head: { type: "private-key" } },
    { ...plain, path: "usr/bin/hard", type: "hardlink", size: 0, linkTarget: "usr/bin/app" },
    { ...plain, path: "var/lib/dpkg/status", type: "file", size: status.length },
  ]);
  expect([...found.entries.keys()]).toEqual([...found.entries.values()].map(({ path }) => path));
  expect(found.texts).toEqual(new Map([["etc/passwd", long]]));
  expect(found.packages).toEqual(new Map([["a:all", "2"]]));

  expect(await read(engine, store)).toEqual(found);
  expect(exports).toEqual(["app"]);
  await read(engine, store, "sha256:other");
  expect(exports).toEqual(["app", "app"]);
});

test.each([
  ["etc/mtab", true],
  ["etc/mtab2", false],
  ["sys", true],
  ["sys/fs", true],
  ["sysroot", false],
  ["usr/dev", false],
])("%s is the Engine's own: %s", (path, own) => {
  expect(isEnginePath(path)).toBe(own);
});

test("what was read of an image as if it were of another system says nothing of its packages", async () => {
  await using held = await temporaryStore();
  const status = "Package: a\nStatus: install ok installed\nArchitecture: all\nVersion: 2\n";
  const { engine, exports } = holding([{ path: "var/lib/dpkg/status", content: status }]);
  const other = { path: "var/lib/rpm/rpmdb.sqlite", read: () => new Map<string, string>() };
  expect((await read(engine, held.store, "sha256:i", other)).packages).toBeUndefined();

  expect((await read(engine, held.store)).packages).toEqual(new Map([["a:all", "2"]]));
  expect((await read(engine, held.store)).packages).toEqual(new Map([["a:all", "2"]]));
  expect(exports).toHaveLength(2);
});
