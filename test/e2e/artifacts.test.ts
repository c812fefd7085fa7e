import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { type FileServer, startFileServer } from "../support/file-server.ts";
import { file, folder, link } from "../support/deb.ts";
import { Rig } from "../support/rig.ts";
import { temporaryFolder } from "../support/temporary-store.ts";
import { tarOf } from "../support/tar.ts";
import { zipOf } from "../support/zip.ts";

const tarball = gzipSync(
  tarOf([
    folder("tool-1.2/bin", { mode: 0o750 }),
    file("tool-1.2/bin/tool", "#!tool", { mode: 0o4755 }),
    { path: "tool-1.2/bin/twin", type: "hardlink", target: "tool-1.2/bin/tool" },
    link("tool-1.2/current", "bin/tool"),
    file("tool-1.2/conf", "theirs"),
  ]),
);
const pages = zipOf([{ path: "site/index.html", content: "page", unix: 0o100640 }]);
const single = Buffer.from("single");

test("artifacts are fetched, locked, built into the Engine and kept for later", async () => {
  await using server = await startFileServer(
    new Map([
      ["/tool-1.2.tar.gz", tarball],
      ["/pages.zip", pages],
      ["/single", single],
    ]),
  );
  await using store = await temporaryFolder();
  await using rig = await Rig.create("empty", { store: store.path });
  await rig.write("stack.config.yaml", manifestOf(server));
  await rig.write("conf", "mine");

  const first = await rig.qclock(["build"]);

  expect(first).toMatchObject({ exitCode: 0 });
  const reference = `qclock.invalid/${rig.stack}/tool:latest`;
  expect(first.stdout).toBe(`${reference}\n`);
  expect(server.requests.map((request) => request.path).toSorted()).toEqual([
    "/pages.zip",
    "/single",
    "/tool-1.2.tar.gz",
  ]);
  expect(rootOf(reference)).toEqual([
    "-rwxr-xr-x 0/0 opt/single single",
    "drwxr-xr-x 7/8 opt/tool/",
    "drwxr-x--- 7/8 opt/tool/bin/",
    "-rwxr-xr-x 7/8 opt/tool/bin/tool #!tool",
    "hrwxr-xr-x 7/8 opt/tool/bin/twin link to opt/tool/bin/tool",
    "-rw-r--r-- 0/0 opt/tool/conf mine",
    "lrwxrwxrwx 7/8 opt/tool/current -> bin/tool",
    "-rw-r----- 0/0 srv/site/index.html page",
  ]);

  const id = imageId(reference);
  const second = await rig.qclock(["build", "--locked"]);
  expect(second).toMatchObject({ exitCode: 0 });
  expect(imageId(reference)).toBe(id);
  expect(server.requests).toHaveLength(3);

  // Without the image the layers must be made ready again, from the store alone.
  execFileSync("docker", ["image", "rm", reference], { stdio: "ignore" });
  const offline = await rig.qclock(["build", "--offline", "--locked"]);
  expect(offline).toMatchObject({ exitCode: 0 });
  expect(imageId(reference)).toBe(id);

  await rig.edit("conf", () => "mine, edited");
  expect(await rig.qclock(["build", "--offline"])).toMatchObject({ exitCode: 0 });
  expect(rootOf(reference)).toContain("-rw-r--r-- 0/0 opt/tool/conf mine, edited");

  await rig.edit("stack.config.yaml", (text) => text.replace(sha256(single), "0".repeat(64)));
  const stale = await rig.qclock(["build", "--locked"]);
  expect(stale.exitCode).toBe(1);
  expect(stale.stderr).toContain("[lock-outdated]");
  expect(stale.stderr).toContain("artifact /opt/single has another sha256");
  expect(server.requests).toHaveLength(3);
  const wrong = await rig.qclock(["build"]);
  expect(wrong.exitCode).toBe(1);
  expect(wrong.stderr).toContain("[digest-mismatch]");
  expect(wrong.stderr).toContain(sha256(single));
});

function manifestOf({ url }: FileServer): string {
  return `name: artifacts
images:
  tool:
    from: scratch
    artifacts:
      - { url: "${url}/tool-1.2.tar.gz", sha256: "${sha256(tarball)}", path: /opt/tool, strip_components: 1, owner: "7:8" }
      - { url: "${url}/pages.zip", sha256: "${sha256(pages)}", path: /srv }
      - { url: "${url}/single", sha256: "${sha256(single)}", path: /opt/single, mode: "0755" }
    files: [{ path: conf, target: /opt/tool/conf }]
`;
}

function sha256(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

function imageId(reference: string): string {
  return docker(["image", "inspect", "--format", "{{.Id}}", reference]).trim();
}

/**
 * What the Engine gives of the image's root, but for the folders that it makes itself: each with
 * its mode, owner and text.
 */
function rootOf(reference: string): readonly string[] {
  const id = docker(["create", reference, "/never-started"]).trim();
  try {
    const tar = execFileSync("docker", ["export", id], { maxBuffer: 1 << 26 });
    const names = execFileSync("tar", ["-tvf", "-", "--numeric-owner"], { input: tar }).toString();
    return names
      .trim()
      .split("\n")
      .map((line) => line.replace(/^(\S+)\s+(\S+)\s+\d+\s+\S+\s+\S+\s+/, "$1 $2 "))
      .filter((line) => /^\S+ \S+ (?:opt|srv)\/./.test(line))
      .filter((line) => !line.endsWith("srv/site/"))
      .map((line) => `${line}${textOf(tar, line)}`)
      .toSorted((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1));
  } finally {
    docker(["rm", "--force", id]);
  }
}

function textOf(tar: Buffer, line: string): string {
  if (!line.startsWith("-")) return "";
  return ` ${execFileSync("tar", ["-xOf", "-", pathOf(line)], { input: tar }).toString()}`;
}

function pathOf(line: string): string {
  return line.split(" ")[2] ?? "";
}

function docker(args: readonly string[]): string {
  return execFileSync("docker", args, { encoding: "utf8" });
}
