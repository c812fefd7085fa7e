import { mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { ByteReader } from "../../../../src/archive/byte-reader.ts";
import { readTarHeader, tarPadding } from "../../../../src/archive/tar.ts";
import type { Engine, PathStat } from "../../../../src/docker/engine.ts";
import { copyIn } from "../../../../src/run/copy/copy-in.ts";
import { aService } from "../../../support/builders.ts";
import { temporaryFolder } from "../../../support/temporary-store.ts";

/** What a container with these paths is given, as `folder: path type` of each entry. */
async function copied(
  source: string,
  { followLink = false, paths = {} }: { followLink?: boolean; paths?: Record<string, PathStat> },
): Promise<readonly string[]> {
  const entries: string[] = [];
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the two calls that it makes
  const engine = {
    statPath: async (_: string, at: string) => paths[at],
    putArchive: async (_: string, folder: string, archive: AsyncIterable<Uint8Array>) => {
      const reader = new ByteReader(archive);
      for (;;) {
        const header = await readTarHeader(reader, {});
        if (header === undefined) return;
        entries.push(`${folder}: ${header.path} ${header.type}`);
        await reader.skip(header.size + tarPadding(header.size));
      }
    },
  } as unknown as Engine;
  const signal = new AbortController().signal;
  const service = aService({ name: "app" });
  await copyIn(
    { engine, containerId: "c", service, path: "/srv", signal },
    { path: source, followLink, owner: { uid: 7, gid: 8 } },
  );
  return entries.toSorted();
}

const srv = { paths: { "/srv": { type: "directory" } } } as const;

test.each<readonly [string, boolean, readonly string[]]>([
  ["link", false, ["/srv: link symlink"]],
  ["link", true, ["/srv: link directory", "/srv: link/file file"]],
  // A link with a slash behind it is the folder that it leads to, by the link's name.
  ["link/", false, ["/srv: link directory", "/srv: link/file file"]],
  ["link/.", false, ["/srv: file file"]],
  ["link/.", true, ["/srv: file file"]],
  ["real/.", true, ["/srv: file file"]],
  ["one", true, ["/srv: one file"]],
  ["one", false, ["/srv: one symlink"]],
])("cp %s into a folder, links followed: %s", async (source, followLink, entries) => {
  await using at = await temporaryFolder();
  await mkdir(path.join(at.path, "real"));
  await writeFile(path.join(at.path, "real/file"), "x");
  await symlink("real", path.join(at.path, "link"));
  await symlink("real/file", path.join(at.path, "one"));
  expect(await copied(`${at.path}/${source}`, { ...srv, followLink })).toEqual(entries);
});

test.each([
  ["nothing", false],
  ["file/", false],
  ["away", true],
])("cp %s is refused: there is none", async (source, followLink) => {
  await using at = await temporaryFolder();
  await writeFile(path.join(at.path, "file"), "x");
  await symlink("nowhere", path.join(at.path, "away"));
  await expect(copied(`${at.path}/${source}`, { ...srv, followLink })).rejects.toMatchObject({
    code: "copy-failed",
    message: `There is no ${at.path}/${source}.`,
  });
});
