import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import type { DownloadRequest } from "../../../src/store/downloader.ts";
import { parseRetryAfter } from "../../../src/store/http.ts";
import { type Answer, startFileServer } from "../../support/file-server.ts";
import { temporaryStore } from "../../support/temporary-store.ts";
import { aDownloader } from "../../support/lock-request.ts";

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

const request = (url: string): DownloadRequest => ({
  urls: [url],
  digest: `sha256:${createHash("sha256").update(file).digest("hex")}`,
  sizeBytes: file.length,
  signal: new AbortController().signal,
});

test.for(silences)(
  "a server that is silent %s twice is given up for all files",
  async ([, answer]) => {
    await using server = await startFileServer(new Map());
    await using temporary = await temporaryStore();
    const { downloader, retries } = aDownloader(temporary.store, { silenceMs: 200 });
    server.answer("", answer);

    const many = Array.from({ length: 40 }, (_, index) => `${server.url}/file-${index}`);
    const settled = await Promise.allSettled(many.map((url) => downloader.toStore(request(url))));

    for (const each of settled)
      expect(each).toMatchObject({ reason: { code: "mirror-unreachable" } });
    // Eight connections, asked twice; the forty files did not wait one after the other.
    expect(server.requests.length).toBeLessThanOrEqual(24);
    expect(retries.length).toBeLessThanOrEqual(40);
    const asked = server.requests.length;
    await expect(downloader.toStore(request(`${server.url}/later`))).rejects.toMatchObject({
      message: expect.stringContaining("no byte came for 0.2 s"),
    });
    expect(server.requests).toHaveLength(asked);
  },
);

test("a server that trickles is given up as one that is silent", async () => {
  await using server = await startFileServer(new Map([["/file", file]]));
  await using temporary = await temporaryStore();
  const { downloader } = aDownloader(temporary.store, { silenceMs: 400 });
  server.answer("/file", (response) => {
    response.writeHead(200, { "content-length": file.length });
    const timer = setInterval(() => response.write("x"), 20);
    response.on("close", () => clearInterval(timer));
  });

  await expect(downloader.toStore(request(`${server.url}/file`))).rejects.toMatchObject({
    code: "mirror-unreachable",
    message: expect.stringMatching(/only \d+ bytes came in 0\.4 s, 2 times/),
  });
});

test("a slow file of a server that answers others costs this file alone", async () => {
  await using server = await startFileServer(new Map([["/file", file]]));
  await using temporary = await temporaryStore();
  const { downloader } = aDownloader(temporary.store, { silenceMs: 300 });
  server.answer("/slow", () => {});
  const { signal } = new AbortController();

  const slow = downloader.toStore(request(`${server.url}/slow`));
  const others = setInterval(
    () =>
      void downloader.bytes(`${server.url}/file`, { signal, maximumBytes: 1e6 }).catch(() => {}),
    50,
  );
  await expect(slow).rejects.toMatchObject({ code: "mirror-unreachable" });
  clearInterval(others);

  await expect(downloader.toStore(request(`${server.url}/file`))).resolves.toBeDefined();
});

test.for([503, 429])("a server that answers %d is asked again when it says", async (code) => {
  await using server = await startFileServer(new Map([["/file", file]]));
  await using temporary = await temporaryStore();
  const { downloader, retries } = aDownloader(temporary.store);
  server.answer(
    "/file",
    (response) => void response.writeHead(code, { "retry-after": "3" }).end(),
    1,
  );

  await downloader.toStore(request(`${server.url}/file`));

  expect(retries).toEqual([
    `${server.url}/file: the mirror answered ${code} and asks to wait 3 s (Retry-After); trying again in 3 s`,
  ]);
});

test("one that asks to wait for long is not waited for, and what it asks is said", async () => {
  await using server = await startFileServer(new Map());
  await using temporary = await temporaryStore();
  const { downloader } = aDownloader(temporary.store);
  server.answer(
    "/file",
    (response) => void response.writeHead(503, { "retry-after": "120" }).end(),
  );

  await expect(downloader.toStore(request(`${server.url}/file`))).rejects.toMatchObject({
    message: expect.stringContaining("answered 503 and asks to wait 120 s (Retry-After)"),
    hint: "Try again in 120 s, or later.",
  });
  expect(server.requests).toHaveLength(1);
});

test("Retry-After is seconds or a date", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  expect(parseRetryAfter("120", now)).toBe(120_000);
  expect(parseRetryAfter("Thu, 01 Jan 2026 00:00:30 GMT", now)).toBe(30_000);
  expect(parseRetryAfter("Wed, 31 Dec 2025 00:00:00 GMT", now)).toBe(0);
  expect(parseRetryAfter("soon", now)).toBeUndefined();
  expect(parseRetryAfter(undefined, now)).toBeUndefined();
});
