import { mkdir, symlink, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { ByteReader } from "../../../../src/archive/byte-reader.ts";
import { readTarHeader, tarPadding } from "../../../../src/archive/tar.ts";
import type { Engine, PathStat } from "../../../../src/docker/engine.ts";
import { EngineResponseError } from "../../../../src/docker/errors.ts";
import { copyIn, type CopyTarget, unpackIn } from "../../../../src/run/copy/copy-in.ts";
import { aService } from "../../../support/builders.ts";
import { temporaryFolder } from "../../../support/temporary-store.ts";

/** How something is copied, and what the container has. */
interface CopyWorld {
  readonly followLink?: boolean;
  readonly paths?: Readonly<Record<string, PathStat>>;
  readonly to?: string;
}

type Taking = (folder: string, archive: AsyncIterable<Uint8Array>) => Promise<void>;

function targetOf({ paths = {}, to = "/srv" }: CopyWorld, take: Taking): CopyTarget {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the two calls that it makes
  const engine = {
    statPath: async (_: string, at: string) => paths[path.posix.normalize(at)],
    putArchive: async (_: string, folder: string, archive: AsyncIterable<Uint8Array>) =>
      await take(folder, archive),
  } as unknown as Engine;
  const signal = new AbortController().signal;
  return { engine, containerId: "c", service: aService({ name: "app" }), path: to, signal };
}

/** What a container with these paths is given, as `folder: path type` of each entry. */
async function copied(
  source: string,
  { followLink = false, paths = {}, to = "/srv" }: CopyWorld,
): Promise<readonly string[]> {
  const entries: string[] = [];
  const target = targetOf({ paths, to }, async (folder, archive) => {
    const reader = new ByteReader(archive);
    for (;;) {
      const header = await readTarHeader(reader, {});
      if (header === undefined) return;
      entries.push(`${folder}: ${header.path} ${header.type}`);
      expect([header.uid, header.gid]).toEqual([7, 8]);
      await reader.skip(header.size + tarPadding(header.size));
    }
  });
  await copyIn(target, { path: source, followLink, owner: { uid: 7, gid: 8 } });
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

describe("where a copy goes, by the rules of docker cp", () => {
  const folder = { type: "directory" } as const;
  const paths: Readonly<Record<string, PathStat>> = {
    "/": folder,
    "/srv": folder,
    "/srv/": folder,
    "/srv/file": { type: "file" },
    "/srv/link": { type: "symlink", linkTarget: "/srv/data" },
    "/srv/data": folder,
    "/srv/away": { type: "symlink", linkTarget: "/srv/new" },
  };

  test.each([
    ["file", "/srv/new", ["/srv: new file"]],
    ["file", "/srv/file", ["/srv: file file"]],
    ["file", "/srv", ["/srv: file file"]],
    ["file", "/new", ["/: new file"]],
    ["file", "/srv/link", ["/srv/data: file file"]],
    ["file", "/srv/away", ["/srv: new file"]],
    ["real", "/srv/new", ["/srv: new directory", "/srv: new/file file"]],
    ["real", "/srv/new/", ["/srv: new directory", "/srv: new/file file"]],
    ["real/.", "/srv/new", ["/srv: new directory", "/srv: new/file file"]],
    ["real", "/srv", ["/srv: real directory", "/srv: real/file file"]],
    ["real/.", "/srv", ["/srv: file file"]],
  ])("cp %s %s", async (source, to, entries) => {
    await using at = await temporaryFolder();
    await mkdir(path.join(at.path, "real"));
    await writeFile(path.join(at.path, "real/file"), "x");
    await writeFile(path.join(at.path, "file"), "x");
    expect(await copied(`${at.path}/${source}`, { paths, to })).toEqual(entries);
  });

  test.each([
    ["file", "/srv/new/", "There is no folder /srv/new/ in the container."],
    ["file", "/no/new", "There is no folder /no in the container."],
    ["file", "/srv/file/new", "There is no folder /srv/file in the container."],
    ["real", "/no/new", "There is no folder /no in the container."],
    ["real", "/srv/file", "/srv/file is a file, and SOURCE a folder."],
  ])("cp %s %s is refused", async (source, to, message) => {
    await using at = await temporaryFolder();
    await mkdir(path.join(at.path, "real"));
    await writeFile(path.join(at.path, "file"), "x");
    const named = `${at.path}/${source}`;
    await expect(copied(named, { paths, to })).rejects.toMatchObject({
      code: "copy-failed",
      message: message.replace("SOURCE", named),
    });
  });

  test("a tar is unpacked in a folder that is there, and nowhere else", async () => {
    const sent: string[] = [];
    const unpack = async (to: string): Promise<void> =>
      await unpackIn(
        targetOf({ paths, to }, async (at) => void sent.push(at)),
        (async function* none() {})(),
      );
    await unpack("/srv");
    await unpack("/srv/link");
    expect(sent).toEqual(["/srv", "/srv/data"]);
    await expect(unpack("/srv/new")).rejects.toThrow(
      "There is no folder /srv/new in the container.",
    );
    await expect(unpack("/srv/file")).rejects.toMatchObject({ code: "copy-failed" });
    expect(sent).toHaveLength(2);
  });
});

describe("what goes wrong while a copy is sent", () => {
  const paths = { "/srv": { type: "directory" } } as const;
  const send = async (failure: Error): Promise<void> => {
    const target = targetOf({ paths }, async () => {
      await Promise.resolve();
      throw failure;
    });
    await unpackIn(target, (async function* none() {})());
  };

  test("a place that may only be read is told as that, where the Engine refuses it", async () => {
    await expect(send(new EngineResponseError(500, "no"))).rejects.toMatchObject({
      code: "copy-failed",
      message: 'Service "app" may only read /srv.',
    });
  });

  test("what the Engine does not answer is told as it is", async () => {
    await expect(send(new Error("the line is cut"))).rejects.toThrow("the line is cut");
  });
});

test("a file that becomes shorter while it is copied is not the Engine's fault", async () => {
  await using at = await temporaryFolder();
  const source = path.join(at.path, "file");
  await writeFile(source, Buffer.alloc(8 * 1024 * 1024));
  const target = targetOf({ paths: { "/srv": { type: "directory" } } }, async (_, archive) => {
    for await (const { length } of archive) if (length > 0) await truncate(source, 0);
  });
  await expect(
    copyIn(target, { path: source, followLink: false, owner: { uid: 0, gid: 0 } }),
  ).rejects.toMatchObject({
    code: "copy-failed",
    message: `${source} cannot be read: Size mismatch.`,
  });
});

/** Files of sysfs say that they have 4096 bytes, and have fewer. */
test("a file that has fewer bytes than it says is told, however late the Engine takes it", async () => {
  const target = targetOf(srv, async (_, archive) => {
    await sleep(50);
    for await (const piece of archive) void piece;
  });
  const source = "/sys/kernel/uevent_seqnum";

  await expect(
    copyIn(target, { path: source, followLink: false, owner: { uid: 7, gid: 8 } }),
  ).rejects.toMatchObject({
    code: "copy-failed",
    message: `${source} cannot be read: Size mismatch.`,
  });
});
