import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import * as z from "zod";
import type { Digest } from "../../../src/digest.ts";
import { sendFile, startFileServer } from "../../support/file-server.ts";
import { temporaryFolder } from "../../support/temporary-store.ts";

const contents = Array.from({ length: 20 }, (_, index) => randomBytes(20_000 + index));
const files = new Map(contents.map((content, index) => [`/${index}.deb`, content]));
const packages = [...files].map(([name, content]) => ({
  path: name.slice(1),
  sizeBytes: content.length,
  digest: digestOf(content),
}));

test("two processes fill one store at once", async () => {
  await using folder = await temporaryFolder();
  await using server = await startFileServer(files);

  const results = await Promise.all([
    finished(startFetch(folder.path, server.url)),
    finished(startFetch(folder.path, server.url)),
  ]);

  expect(results[0]).toHaveLength(packages.length);
  expect(results[1]?.toSorted()).toEqual(results[0]?.toSorted());
  await expectWholeStore(folder.path);
});

test("a process that is killed half-way leaves nothing that the next one trips over", async () => {
  await using folder = await temporaryFolder();
  await using server = await startFileServer(files);
  const halfSent = Promise.withResolvers<void>();
  server.answer("/0.deb", (response, file = Buffer.alloc(0)) => {
    response.writeHead(200, { "content-length": file.length });
    response.write(file.subarray(0, 10_000), () => halfSent.resolve());
  });
  const victim = startFetch(folder.path, server.url);
  const exit = once(victim, "exit");
  await halfSent.promise;
  victim.kill("SIGKILL");
  await exit;
  server.answer("/0.deb", sendFile);

  await expect(finished(startFetch(folder.path, server.url))).resolves.toHaveLength(
    packages.length,
  );
  await expectWholeStore(folder.path);
});

function startFetch(store: string, url: string): ChildProcess {
  const script = fileURLToPath(new URL("./fetch-process.ts", import.meta.url));
  return spawn(process.execPath, [script, store, url, JSON.stringify(packages)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

async function finished(child: ChildProcess): Promise<readonly string[]> {
  if (child.stdout === null) throw new Error("no output");
  return z.array(z.string()).parse(JSON.parse(await text(child.stdout)));
}

/** Every file is there, and every name tells the digest of what the file holds. */
async function expectWholeStore(directory: string): Promise<void> {
  const entries = await readdir(path.join(directory, "blobs"), {
    recursive: true,
    withFileTypes: true,
  });
  const blobs = entries.filter((entry) => entry.isFile());
  const digests = await Promise.all(
    blobs.map(async ({ parentPath, name }) =>
      digestOf(await readFile(path.join(parentPath, name))),
    ),
  );
  expect(digests.toSorted()).toEqual(packages.map(({ digest }) => digest).toSorted());
  expect(blobs.map(({ name }) => `sha256:${name}`).toSorted()).toEqual(digests.toSorted());
}

function digestOf(content: Uint8Array): Digest {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
