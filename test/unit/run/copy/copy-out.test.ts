import { mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { Engine, PathStat } from "../../../../src/docker/engine.ts";
import { copyOut } from "../../../../src/run/copy/copy-out.ts";
import { tarOf } from "../../../support/tar.ts";
import { temporaryFolder } from "../../../support/temporary-store.ts";

const paths: Readonly<Record<string, PathStat>> = {
  "/real": { type: "directory" },
  "/link": { type: "symlink", linkTarget: "/real" },
};

/** A container with a folder that holds one file, and a link to it. */
async function* archiveOf(at: string): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  const name = path.posix.basename(at);
  yield paths[at]?.type === "directory"
    ? tarOf([
        { path: `${name}/`, type: "directory" },
        { path: `${name}/file`, content: "x" },
      ])
    : tarOf([{ path: name, type: "symlink", target: "real" }]);
}

test.each<readonly [string, boolean, readonly string[]]>([
  ["/real", false, ["real", "real/file"]],
  ["/real/.", false, ["file"]],
  ["/link", false, ["link"]],
  ["/link", true, ["link", "link/file"]],
  ["/link/.", false, ["file"]],
  ["/link/.", true, ["file"]],
])("cp of %s to a folder, links followed: %s", async (source, followLink, files) => {
  await using at = await temporaryFolder();
  const target = path.join(at.path, "out");
  await mkdir(target);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the two calls that it makes
  const engine = {
    statPath: async (_: string, asked: string) => paths[asked],
    getArchive: async (_: string, asked: string) => archiveOf(asked),
  } as unknown as Engine;
  const signal = new AbortController().signal;
  await copyOut(
    { engine, containerId: "c", path: source, followLink, signal },
    { target, onLeftOut: () => undefined },
  );
  expect((await readdir(target, { recursive: true })).toSorted()).toEqual(files);
  expect(await readdir(at.path)).toEqual(["out"]);
});
