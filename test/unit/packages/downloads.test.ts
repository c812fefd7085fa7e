import { createHash, randomBytes } from "node:crypto";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { Digest } from "../../../src/digest.ts";
import type { DownloadRequest } from "../../../src/store/downloader.ts";
import type { Store } from "../../../src/store/store.ts";
import {
  cutAfter,
  type FileServer,
  sendFile,
  sendTampered,
  startFileServer,
  status,
} from "../../support/file-server.ts";
import { temporaryStore } from "../../support/temporary-store.ts";
import { aDownloader } from "../../support/lock-request.ts";

const file = randomBytes(300_000);
const digest: Digest = `sha256:${createHash("sha256").update(file).digest("hex")}`;
const files = new Map([["/file", file]]);

test("a file comes into the store once, and the second time nobody is asked", async () => {
  await using server = await startFileServer(files);
  await using temporary = await temporaryStore();
  const { downloader } = aDownloader(temporary.store);
  const counts: number[] = [];
  const request = aRequest(server, { onBytes: (count) => void counts.push(count) });

  const first = await downloader.toStore(request);
  const second = await downloader.toStore(request);

  expect(second).toBe(first);
  expect(await readFile(first)).toEqual(file);
  expect(sum(counts)).toBe(2 * file.length);
  expect(downloader.requestCount).toBe(1);
});

test("a 5xx is tried again, with a line for the reader", async () => {
  await using server = await startFileServer(files);
  await using temporary = await temporaryStore();
  const { downloader, retries } = aDownloader(temporary.store);
  server.answer("/file", status(503), 2);

  await downloader.toStore(aRequest(server));

  expect(retries).toEqual([
    `${server.url}/file: the mirror answered 503; trying again in 250 ms`,
    `${server.url}/file: the mirror answered 503; trying again in 750 ms`,
  ]);
});

test("a mirror that stays broken is given up after four tries", async () => {
  await using server = await startFileServer(files);
  await using temporary = await temporaryStore();
  const { downloader } = aDownloader(temporary.store);
  server.answer("/file", status(500));

  await expect(downloader.toStore(aRequest(server))).rejects.toMatchObject({
    code: "mirror-unreachable",
    message: `${server.url}/file cannot be fetched: the mirror answered 500, 4 times.`,
    hint: expect.stringContaining("QCLOCK_MIRROR_"),
  });
  expect(server.requests).toHaveLength(4);
});

test.for([401, 403, 404, 407, 410, 429])("a %i is final", async (code) => {
  await using server = await startFileServer(files);
  await using temporary = await temporaryStore();
  const { downloader, retries } = aDownloader(temporary.store);
  server.answer("/file", status(code));

  await expect(downloader.toStore(aRequest(server))).rejects.toMatchObject({
    code: "mirror-unreachable",
    message: expect.stringContaining(String(code)),
  });
  expect(server.requests).toHaveLength(1);
  expect(retries).toEqual([]);
});

test("a transfer that is cut goes on from where it stopped", async () => {
  await using server = await startFileServer(files);
  await using temporary = await temporaryStore();
  const { downloader, retries } = aDownloader(temporary.store);
  server.answer("/file", cutAfter(250_000), 1);
  const counts: number[] = [];

  const stored = await downloader.toStore(
    aRequest(server, { onBytes: (count) => void counts.push(count) }),
  );

  expect(await readFile(stored)).toEqual(file);
  // Node drops what it had read ahead when the connection ends, so the place is not exactly that of
  // the cut.
  expect(server.requests.map(({ range }) => range ?? "whole")).toEqual([
    "whole",
    expect.stringMatching(/^bytes=[1-9]\d+-$/),
  ]);
  expect(sum(counts)).toBe(file.length);
  expect(retries).toHaveLength(1);
});

test("a server that hangs up without an answer is asked again", async () => {
  await using server = await startFileServer(files);
  await using temporary = await temporaryStore();
  const { downloader, retries } = aDownloader(temporary.store);
  server.answer("/file", (response) => void response.destroy(), 1);

  await downloader.toStore(aRequest(server));

  expect(retries).toHaveLength(1);
});

test("a resumed transfer that brings other bytes is refused by its digest", async () => {
  await using server = await startFileServer(files);
  await using temporary = await temporaryStore();
  const { downloader } = aDownloader(temporary.store);
  server.answer("/file", (response, _, request) =>
    sendFile(response, randomBytes(300_000), request),
  );
  server.answer("/file", cutAfter(1000), 1);

  await expect(downloader.toStore(aRequest(server))).rejects.toMatchObject({
    code: "digest-mismatch",
  });
  await expectEmpty(temporary.store);
});

test("a tampered file is refused with both digests, and nothing of it is kept", async () => {
  await using server = await startFileServer(files);
  await using temporary = await temporaryStore();
  const { downloader } = aDownloader(temporary.store);
  server.answer("/file", sendTampered);

  await expect(downloader.toStore(aRequest(server))).rejects.toMatchObject({
    code: "digest-mismatch",
    message: expect.stringMatching(/\/file has the digest sha256:[0-9a-f]{64}\.$/),
    hint: expect.stringContaining(digest),
  });
  await expectEmpty(temporary.store);
});

test("a file that is larger than it should be is not read to its end", async () => {
  await using server = await startFileServer(files);
  await using temporary = await temporaryStore();
  const { downloader } = aDownloader(temporary.store);

  await expect(downloader.toStore(aRequest(server, { sizeBytes: 1000 }))).rejects.toMatchObject({
    code: "digest-mismatch",
    message: expect.stringContaining("larger than the 1000 bytes"),
  });
  await expectEmpty(temporary.store);
});

test("another mirror helps where the first has lost the file, or has another one", async () => {
  await using server = await startFileServer(
    new Map([
      ["/a/file", randomBytes(300_000)],
      ["/b/file", file],
    ]),
  );
  await using temporary = await temporaryStore();
  const { downloader } = aDownloader(temporary.store);
  const urls = ["lost", "a", "b"].map((folder) => `${server.url}/${folder}/file`);

  const stored = await downloader.toStore(aRequest(server, { urls }));

  expect(await readFile(stored)).toEqual(file);
  expect(server.requests.map(({ path: asked }) => asked)).toEqual([
    "/lost/file",
    "/a/file",
    "/b/file",
  ]);
});

test("a file that was damaged in the store is fetched again", async () => {
  await using server = await startFileServer(files);
  await using temporary = await temporaryStore();
  const { downloader } = aDownloader(temporary.store);
  const stored = await downloader.toStore(aRequest(server));
  await writeFile(stored, file.subarray(0, 500));

  await downloader.toStore(aRequest(server));

  expect(await readFile(stored)).toEqual(file);
});

test("a store whose folders were deleted meanwhile makes them again", async () => {
  await using server = await startFileServer(files);
  await using temporary = await temporaryStore();
  await rm(temporary.store.directory, { recursive: true, force: true });

  const stored = await aDownloader(temporary.store).downloader.toStore(aRequest(server));

  expect(await readFile(stored)).toEqual(file);
});

test("a server that cannot resume is read from the start", async () => {
  await using server = await startFileServer(files);
  await using temporary = await temporaryStore();
  const { downloader } = aDownloader(temporary.store);
  server.answer("/file", (response) => void response.writeHead(200).end(file));
  server.answer("/file", cutAfter(100_000), 1);
  const counts: number[] = [];

  const stored = await downloader.toStore(
    aRequest(server, { onBytes: (count) => void counts.push(count) }),
  );

  expect(await readFile(stored)).toEqual(file);
  expect(sum(counts)).toBe(file.length);
});

test("a wrong digest is not hidden by another mirror that lacks the file", async () => {
  await using server = await startFileServer(files);
  await using temporary = await temporaryStore();
  const { downloader } = aDownloader(temporary.store);
  server.answer("/file", sendTampered);
  const counts: number[] = [];
  const urls = [`${server.url}/file`, `${server.url}/lost`];

  await expect(
    downloader.toStore(aRequest(server, { urls, onBytes: (count) => void counts.push(count) })),
  ).rejects.toMatchObject({ code: "digest-mismatch" });
  expect(sum(counts)).toBe(0);
});

test("redirects are followed, but not for ever", async () => {
  await using server = await startFileServer(files);
  await using temporary = await temporaryStore();
  const { downloader } = aDownloader(temporary.store);
  server.answer("/moved", (response) => void response.writeHead(302, { location: "/file" }).end());
  server.answer("/round", (response) => void response.writeHead(301, { location: "/round" }).end());

  await downloader.toStore(aRequest(server, { urls: [`${server.url}/moved`] }));
  const round = downloader.bytes(`${server.url}/round`, { signal: never, maximumBytes: 10 });

  await expect(round).rejects.toMatchObject({
    code: "mirror-unreachable",
    message: expect.stringContaining("too many redirects"),
  });
  expect(server.requests.filter(({ path: asked }) => asked === "/round").length).toBeLessThan(10);
});

test("a redirect to something that is not HTTP is refused", async () => {
  await using server = await startFileServer(files);
  await using temporary = await temporaryStore();
  const { downloader } = aDownloader(temporary.store);
  server.answer("/file", (response) => {
    response.writeHead(302, { location: "file:///etc/passwd" }).end();
  });

  await expect(
    downloader.bytes(`${server.url}/file`, { signal: never, maximumBytes: 10_000 }),
  ).rejects.toMatchObject({ code: "mirror-unreachable" });
});

test("a small answer comes whole; an absent one is undefined; a large one is refused", async () => {
  await using server = await startFileServer(files);
  await using temporary = await temporaryStore();
  const { downloader } = aDownloader(temporary.store);
  const options = { signal: never, maximumBytes: 300_000 };

  expect(await downloader.bytes(`${server.url}/file`, options)).toEqual(file);
  expect(await downloader.bytes(`${server.url}/absent`, options)).toBeUndefined();
  await expect(
    downloader.bytes(`${server.url}/file`, { ...options, maximumBytes: 299_999 }),
  ).rejects.toMatchObject({ code: "mirror-unreachable" });
});

test("offline, nothing is asked, and what the store has is given", async () => {
  await using server = await startFileServer(files);
  await using temporary = await temporaryStore();
  const { downloader } = aDownloader(temporary.store, { offline: true });
  const request = aRequest(server);

  await expect(downloader.toStore(request)).rejects.toMatchObject({ code: "offline" });
  await expect(
    downloader.bytes(`${server.url}/file`, { signal: never, maximumBytes: 10 }),
  ).rejects.toMatchObject({ code: "offline" });
  const stored = await temporary.store.put(digest, onePiece(file));

  expect(await downloader.toStore(request)).toBe(stored);
  expect(downloader.requestCount).toBe(0);
  expect(server.requests).toEqual([]);
});

test.for<readonly [string, string]>([
  ["a port that nobody listens on", "http://127.0.0.1:1/file"],
  ["a name that does not exist", "http://mirror.invalid/file"],
  ["a protocol that is not HTTP", "ftp://127.0.0.1/file"],
])("%s is a mirror that cannot be reached, with its URL", async ([, url]) => {
  await using temporary = await temporaryStore();
  const { downloader } = aDownloader(temporary.store);

  await expect(downloader.bytes(url, { signal: never, maximumBytes: 10 })).rejects.toMatchObject({
    code: "mirror-unreachable",
    message: expect.stringContaining(url),
  });
});

test("an abort ends a download at once and removes what came in", async () => {
  await using server = await startFileServer(files);
  await using temporary = await temporaryStore();
  const { downloader, retries } = aDownloader(temporary.store);
  const stop = new AbortController();
  server.answer("/file", (response) => {
    response.writeHead(200, { "content-length": file.length }).write(file.subarray(0, 5000));
  });
  const onBytes = (): void => stop.abort(new Error("Ctrl-C"));

  await expect(
    downloader.toStore(aRequest(server, { onBytes, signal: stop.signal })),
  ).rejects.toThrow("Ctrl-C");
  expect(retries).toEqual([]);
  await expectEmpty(temporary.store);
});

const never = new AbortController().signal;

function aRequest(server: FileServer, parts: Partial<DownloadRequest> = {}): DownloadRequest {
  return {
    urls: [`${server.url}/file`],
    digest,
    sizeBytes: file.length,
    signal: never,
    ...parts,
  };
}

async function* onePiece(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** No blob, finished or not. */
async function expectEmpty(store: Store): Promise<void> {
  const entries = await readdir(store.directory, { recursive: true, withFileTypes: true });
  const found = entries.filter((entry) => entry.isFile());
  expect(found.map((entry) => path.join(entry.parentPath, entry.name))).toEqual([]);
}
