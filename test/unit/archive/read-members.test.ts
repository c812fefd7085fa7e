import { execFileSync } from "node:child_process";
import { chmod, link, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readHead, resolveFile } from "../../../src/verify/images/image-files.ts";
import { readFirst, readTar, type TarMember } from "../../../src/archive/read-members.ts";
import { someFiles } from "../../support/a-subject.ts";
import { tarOf } from "../../support/tar.ts";

let directory: string;
const long = `${"long-folder-name/".repeat(8)}${"f".repeat(120)}`;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "qclock-"));
  await mkdir(path.join(directory, path.dirname(long)), { recursive: true });
  await writeFile(path.join(directory, long), "deep");
  await writeFile(path.join(directory, "setuid"), "#!/bin/sh\nexit 0\n");
  await chmod(path.join(directory, "setuid"), 0o4755);
  await writeFile(path.join(directory, "grüße"), Buffer.alloc(1500, "x"));
  await link(path.join(directory, "setuid"), path.join(directory, "zz-again"));
  await symlink("../somewhere", path.join(directory, "link"));
});
afterAll(() => rm(directory, { recursive: true }));

async function read(format: string, chunkSize: number): Promise<ReadonlyMap<string, TarMember>> {
  const tar = execFileSync("tar", [
    "-C",
    directory,
    `--format=${format}`,
    "--sort=name",
    "-cf",
    "-",
    ".",
  ]);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let offset = 0; offset < tar.length; offset += chunkSize)
      yield tar.subarray(offset, offset + chunkSize);
  }
  const members = new Map<string, TarMember>();
  for await (const member of readTar(chunks(), (file) => (file === "setuid" ? Infinity : 4)))
    members.set(member.path, member);
  return members;
}

test.each([
  ["gnu", 7],
  ["gnu", 65_536],
  ["pax", 511],
  ["pax", 65_536],
])("reads what tar writes in %s format, however it is cut", async (format, chunkSize) => {
  const members = await read(format, chunkSize);
  expect(members.get(long)).toMatchObject({
    type: "file",
    size: 4,
    content: Uint8Array.from(Buffer.from("deep")),
  });
  expect(members.get("setuid")).toMatchObject({
    mode: 0o4755,
    content: Uint8Array.from(Buffer.from("#!/bin/sh\nexit 0\n")),
  });
  expect(members.get("grüße")).toMatchObject({
    size: 1500,
    content: Uint8Array.from(Buffer.from("xxxx")),
  });
  expect(members.get("zz-again")).toMatchObject({ type: "hardlink", linkTarget: "setuid" });
  expect(members.get("link")).toMatchObject({ type: "symlink", linkTarget: "../somewhere" });
});

test("an archive that is cut short is an error, not a smaller image", async () => {
  const tar = execFileSync("tar", ["-C", directory, "-cf", "-", "grüße"]);
  async function* cut(): AsyncGenerator<Uint8Array> {
    yield tar.subarray(0, 1000);
  }
  await expect(Array.fromAsync(readTar(cut(), () => 0))).rejects.toMatchObject({
    code: "engine-failed",
  });
});

test.each([
  ["#!/bin/bash\nx", { type: "script", interpreter: "/bin/bash" }],
  ["#!/bin/sh\r\nx", { type: "script", interpreter: "/bin/sh\r" }],
  ["-----BEGIN RSA PRIVATE KEY-----\n", { type: "private-key" }],
  ["-----BEGIN PRIVATE KEY-----\n", { type: "private-key" }],
  ["-----BEGIN CERTIFICATE-----\n", undefined],
  ["plain", undefined],
  ["", undefined],
])("the beginning %j says %j", (text, head) => {
  expect(readHead(Buffer.from(text))).toEqual(head);
});

test("an ELF file says for which machine it is", () => {
  const header = Buffer.alloc(64);
  header.write("\u007FELF", 0, "latin1");
  header[5] = 1;
  header.writeUInt16LE(0xb7, 18);
  expect(readHead(header)).toEqual({ type: "elf", architecture: "arm64" });
});

test("a path is followed through links in every part, and never for ever", () => {
  const files = someFiles([
    { path: "usr", type: "directory" },
    { path: "usr/bin", type: "directory" },
    { path: "usr/bin/dash" },
    { path: "usr/bin/sh", type: "symlink", linkTarget: "dash" },
    { path: "bin", type: "symlink", linkTarget: "/usr/bin" },
    { path: "up", type: "symlink", linkTarget: "usr/../bin/sh" },
    { path: "loop", type: "symlink", linkTarget: "loop" },
    { path: "hard", type: "hardlink", linkTarget: "usr/bin/dash" },
  ]);
  for (const each of ["/bin/sh", "up", "hard", "/usr/bin/../bin/./dash"])
    expect(resolveFile(files, each)?.path).toBe("usr/bin/dash");
  for (const each of ["loop", "/bin/none", "nowhere/x"])
    expect(resolveFile(files, each)).toBeUndefined();
});

test("of a tar for one file its content is read, behind headers that go before it", async () => {
  const first = async (tar: Buffer, maximumBytes = Infinity): Promise<string> =>
    (
      await readFirst(Readable.from([tar.subarray(0, 100), tar.subarray(100)]), maximumBytes)
    ).toString("utf8");
  const file = { path: "passwd", content: "root:x:0:0", pax: { mtime: "1.5" } };
  expect(await first(tarOf([file, { path: "next", content: "other" }]))).toBe("root:x:0:0");
  expect(await first(tarOf([file]), 4)).toBe("root");
  expect(await first(tarOf([{ path: "passwd", type: "symlink", target: "x" }]))).toBe("");
  expect(await first(tarOf([]))).toBe("");
});
