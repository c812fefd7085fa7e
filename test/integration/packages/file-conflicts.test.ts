import { expect, test } from "vitest";
import { lockPackages } from "../../../src/packages/lock/lock-packages.ts";
import { file } from "../../support/deb.ts";
import { startFakeMirror } from "../../support/fake-mirror.ts";
import { temporaryStore } from "../../support/temporary-store.ts";
import { aLockRequest, aPackageStack } from "./lock-request.ts";

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
