import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { type Answer, startFileServer } from "../../support/file-server.ts";
import { temporaryStore } from "../../support/temporary-store.ts";
import { aDownloader } from "./lock-request.ts";

const file = randomBytes(50_000);

const silences: readonly (readonly [string, Answer])[] = [
  ["before the answer", () => {}],
  [
    "in the middle of a file",
    (response) => {
      response.writeHead(200, { "content-length": file.length }).write(file.subarray(0, 10_000));
    },
  ],
];

test.for(silences)("a server that falls silent %s is asked again", async ([, answer]) => {
  await using server = await startFileServer(new Map([["/file", file]]));
  await using temporary = await temporaryStore();
  const { downloader, retries } = aDownloader(temporary.store, { silenceMs: 300 });
  server.answer("/file", answer, 1);

  const stored = await downloader.toStore({
    urls: [`${server.url}/file`],
    digest: `sha256:${createHash("sha256").update(file).digest("hex")}`,
    sizeBytes: file.length,
    signal: new AbortController().signal,
  });

  expect(await readFile(stored)).toEqual(file);
  expect(retries).toEqual([expect.stringContaining("no byte came for 0.3 s; trying again")]);
});
