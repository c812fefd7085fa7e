import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { lockPackages } from "../../../src/packages/lock/lock-packages.ts";
import { file } from "../../support/deb.ts";
import { type FakePackage, startFakeMirror } from "../../support/fake-mirror.ts";
import { temporaryFolder, temporaryStore } from "../../support/temporary-store.ts";
import { aLockRequest, aPackageStack } from "../../support/lock-request.ts";

test("two packages with one file are refused before anything is locked or unpacked, with why they are there", async () => {
  await using mirror = await startFakeMirror([
    { name: "moreutils", files: [file("usr/bin/parallel", "perl"), file("usr/bin/ts", "perl")] },
    { name: "tools", fields: { Depends: "parallel" }, files: [] },
    { name: "parallel", files: [file("usr/bin/parallel", "gnu")] },
  ]);
  await using temporary = await temporaryStore();
  const stack = aPackageStack({ base: ["moreutils", "tools"] });

  await expect(lockPackages(aLockRequest({ mirror, ...temporary, stack }))).rejects.toMatchObject({
    code: "file-conflict",
    message:
      'Image "base": both moreutils and parallel install /usr/bin/parallel, with different content.',
    details: [
      "moreutils: asked for in the manifest",
      "parallel: needed by tools (parallel)",
      "tools: asked for in the manifest",
    ],
  });
});

test("a child's package is compared with its parent's", async () => {
  await using mirror = await startFakeMirror([
    { name: "a", files: [file("usr/bin/x", "a")] },
    { name: "b", files: [file("usr/bin/x", "b")] },
  ]);
  await using temporary = await temporaryStore();
  const stack = aPackageStack({ base: ["a"], app: ["b"] });

  await expect(lockPackages(aLockRequest({ mirror, ...temporary, stack }))).rejects.toMatchObject({
    code: "file-conflict",
    message: 'Image "app": both a and b install /usr/bin/x, with different content.',
  });
});

/** A package with a configuration file, of which debhelper writes no checksum. */
function configured(name: string, content: string): FakePackage {
  return {
    name,
    files: [file("etc/tool.conf", content)],
    control: { conffiles: "/etc/tool.conf\nremove-on-upgrade /etc/old.conf\n", md5sums: "" },
  };
}

test("configuration of two packages is compared, though neither tells its checksum", async () => {
  await using mirror = await startFakeMirror([
    configured("a", "one"),
    configured("b", "two"),
    configured("c", "one"),
  ]);
  await using temporary = await temporaryStore();
  const lock = (packages: readonly string[]): Promise<unknown> =>
    lockPackages(aLockRequest({ mirror, ...temporary, stack: aPackageStack({ base: packages }) }));

  await expect(lock(["a", "b"])).rejects.toMatchObject({
    code: "file-conflict",
    message: 'Image "base": both a and b install /etc/tool.conf, with different content.',
  });
  await expect(lock(["a", "c"])).resolves.toMatchObject({ changed: true });
});

test("a file of a parent's package that the parent's own files lie over is no conflict", async () => {
  await using mirror = await startFakeMirror([
    { name: "a", files: [file("usr/bin/x", "a")] },
    { name: "b", files: [file("usr/bin/x", "b")] },
  ]);
  await using temporary = await temporaryStore();
  await using folder = await temporaryFolder();
  await mkdir(path.join(folder.path, "usr/bin"), { recursive: true });
  await writeFile(path.join(folder.path, "usr/bin/x"), "ours");
  const plain = aPackageStack({ base: ["a"], app: ["b"] });
  const lock = async (target: string): Promise<unknown> => {
    const base = plain.images.get("base");
    if (base?.type !== "assembled") throw new Error("the stack has no such image");
    const files = [{ source: folder.path, target, uid: 0, gid: 0 }];
    const images = new Map(plain.images).set("base", { ...base, files });
    return lockPackages(aLockRequest({ mirror, ...temporary, stack: { ...plain, images } }));
  };

  await expect(lock("/")).resolves.toMatchObject({ changed: true });
  await expect(lock("/usr")).rejects.toMatchObject({ code: "file-conflict" });
});
