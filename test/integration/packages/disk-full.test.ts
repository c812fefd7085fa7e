import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { Digest } from "../../../src/stack/stack.ts";
import { openStore } from "../../../src/store/disk-store.ts";
import { startFileServer } from "../../support/file-server.ts";
import { temporaryFolder } from "../../support/temporary-store.ts";
import { aDownloader } from "./lock-request.ts";

const capacityBytes = 256 * 1024;

const canMount = await canMountDisks();

test.skipIf(!canMount)("a full disk is told with its folder, and nothing is kept", async () => {
  await using disk = await mountSmallDisk();
  const content = randomBytes(4 * capacityBytes);
  await using server = await startFileServer(new Map([["/file", content]]));
  const store = await openStore(path.join(disk.path, "store"));
  const request = {
    urls: [`${server.url}/file`],
    digest: digestOf(content),
    sizeBytes: content.length,
    signal: new AbortController().signal,
  };
  const full = {
    code: "disk-full",
    message: expect.stringContaining(store.directory),
    hint: expect.stringContaining("QCLOCK_STORE"),
  };

  await expect(aDownloader(store).downloader.toStore(request)).rejects.toMatchObject(full);
  await expect(store.put(request.digest, pieces(content))).rejects.toMatchObject(full);

  await expect(blobsOf(store.directory)).resolves.toEqual([]);
  const small = randomBytes(1000);
  await expect(store.put(digestOf(small), pieces(small))).resolves.toContain(store.directory);
});

test.skipIf(!canMount)(
  "a file whose last piece alone does not fit is not kept either",
  async () => {
    await using disk = await mountSmallDisk();
    // Taken whole by one write, of which the disk takes a part: that is no error of the system's.
    const content = randomBytes(capacityBytes + 1000);
    await using server = await startFileServer(new Map([["/file", content]]));
    const store = await openStore(path.join(disk.path, "store"));
    const request = {
      urls: [`${server.url}/file`],
      digest: digestOf(content),
      sizeBytes: content.length,
      signal: new AbortController().signal,
    };

    const put = store.put(request.digest, pieces(content, content.length));
    await expect(put).rejects.toMatchObject({ code: "disk-full" });
    const download = aDownloader(store).downloader.toStore(request);
    await expect(download).rejects.toMatchObject({ code: "disk-full" });

    await expect(store.find(request.digest)).resolves.toBeUndefined();
    await expect(blobsOf(store.directory)).resolves.toEqual([]);
  },
);

/** A file system of 256 KiB in memory. */
async function mountSmallDisk(): Promise<{ readonly path: string } & AsyncDisposable> {
  const folder = await temporaryFolder();
  const options = ["-t", "tmpfs", "-o", `size=${capacityBytes}`, "tmpfs", folder.path];
  const { status, stderr } = spawnSync("mount", options, { encoding: "utf8" });
  if (status !== 0) {
    await folder[Symbol.asyncDispose]();
    throw new Error(`mount: ${stderr}`);
  }
  return {
    path: folder.path,
    [Symbol.asyncDispose]: async () => {
      spawnSync("umount", ["--lazy", folder.path]);
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Root may mount, but not in a container. */
async function canMountDisks(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  try {
    await using _disk = await mountSmallDisk();
    return true;
  } catch {
    return false;
  }
}

async function* pieces(content: Uint8Array, size = 65_536): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < content.length; start += size) {
    yield content.subarray(start, start + size);
  }
}

async function blobsOf(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

function digestOf(content: Uint8Array): Digest {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
