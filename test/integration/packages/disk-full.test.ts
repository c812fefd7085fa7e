import { createHash, randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { Digest } from "../../../src/digest.ts";
import { openStore } from "../../../src/store/disk-store.ts";
import { startFileServer } from "../../support/file-server.ts";
import { canMountDisks, mountSmallDisk, smallDiskBytes } from "../../support/small-disk.ts";
import { aDownloader } from "../../support/lock-request.ts";

const canMount = await canMountDisks();

test.skipIf(!canMount)("a full disk is told with its folder, and nothing is kept", async () => {
  await using disk = await mountSmallDisk();
  const content = randomBytes(4 * smallDiskBytes);
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
    const content = randomBytes(smallDiskBytes + 1000);
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
