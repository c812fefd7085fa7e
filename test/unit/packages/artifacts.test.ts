import { createHash, randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { parseArtifactMirror } from "../../../src/packages/artifacts.ts";
import { type FetchRequest, fetchPackages } from "../../../src/packages/fetch/fetch.ts";
import { lockPackages } from "../../../src/packages/lock/lock-packages.ts";
import { noSources } from "../../../src/packages/lock/locked-files.ts";
import type { LockRequest } from "../../../src/packages/lock/request.ts";
import type { Artifact, Stack } from "../../../src/stack/stack.ts";
import type { Store } from "../../../src/store/store.ts";
import { aSingleFile } from "../../support/an-artifact.ts";
import { startFakeMirror } from "../../support/fake-mirror.ts";
import {
  cutAfter,
  type FileServer,
  sendTampered,
  startFileServer,
  status,
} from "../../support/file-server.ts";
import { temporaryStore } from "../../support/temporary-store.ts";
import { aDownloader, aLockRequest, aPackageStack } from "../../support/lock-request.ts";

const tool = randomBytes(300_000);
const other = randomBytes(2000);
const files = new Map([
  ["/tool", tool],
  ["/other", other],
]);

test("locking fetches each artifact once, proves it and learns its size; no package mirror is asked", async () => {
  await using server = await startFileServer(files);
  await using temporary = await temporaryStore();
  const stack = aStack([at(server, "/tool", tool), at(server, "/other", other)]);
  const progress: (readonly [number, number])[] = [];

  const { target, changed } = await lockPackages(
    aRequest(temporary.store, stack, { onProgress: (...both) => void progress.push(both) }),
  );

  expect(changed).toBe(true);
  expect(target).toMatchObject({ repositories: [] });
  expect(target.images.get("base")?.artifacts).toEqual([
    { url: `${server.url}/other`, digest: digestOf(other), sizeBytes: 2000, path: "/opt/other" },
    { url: `${server.url}/tool`, digest: digestOf(tool), sizeBytes: 300_000, path: "/opt/tool" },
  ]);
  expect(server.requests).toHaveLength(2);
  expect(progress.at(-1)).toEqual([302_000, 302_000]);
});

test("a lock that fits is used without a request; a changed digest is refused when locked, by its path", async () => {
  await using server = await startFileServer(files);
  await using temporary = await temporaryStore();
  const artifact = at(server, "/tool", tool);
  const request = aRequest(temporary.store, aStack([artifact]));
  const { lock } = await lockPackages(request);
  const changed = aStack([{ ...artifact, digest: digestOf(other) }]);

  const again = await lockPackages({ ...request, existing: lock, mode: "locked" });
  const refused = lockPackages({ ...request, existing: lock, mode: "locked", stack: changed });

  expect(again).toMatchObject({ changed: false, lock });
  await expect(refused).rejects.toMatchObject({
    code: "lock-outdated",
    message: expect.stringContaining("artifacts"),
    details: [`image "base": artifact /opt/tool has another sha256: ${digestOf(other).slice(7)}`],
  });
  expect(server.requests).toHaveLength(1);
});

test("another artifact leaves the packages of a lock alone, and asks no package mirror", async () => {
  await using server = await startFileServer(files);
  await using mirror = await startFakeMirror([{ name: "a" }]);
  await using temporary = await temporaryStore();
  const stack = aPackageStack({ base: ["a"] });
  const first = await lockPackages(aLockRequest({ mirror, ...temporary, stack }));
  const before = mirror.requests.length;

  const second = await lockPackages(
    aLockRequest({
      mirror,
      ...temporary,
      stack: aStack([at(server, "/tool", tool)], ["a"]),
      existing: first.lock,
    }),
  );

  expect(second.changed).toBe(true);
  expect(second.target.images.get("base")).toMatchObject({
    packages: first.target.images.get("base")?.packages,
    artifacts: [{ path: "/opt/tool" }],
  });
  expect(mirror.requests).toHaveLength(before);
});

test("an artifact that the lock has pinned is not fetched because a package moves", async () => {
  await using server = await startFileServer(files);
  await using mirror = await startFakeMirror([{ name: "a" }, { name: "b" }]);
  await using temporary = await temporaryStore();
  await using elsewhere = await temporaryStore();
  const pinned = at(server, "/tool", tool);
  const first = await lockPackages(
    aLockRequest({ mirror, ...temporary, stack: aStack([pinned], ["a"]) }),
  );
  server.answer("/tool", status(404));

  const { target } = await lockPackages(
    aLockRequest({
      mirror,
      ...elsewhere,
      stack: aStack([pinned], ["a", "b"]),
      existing: first.lock,
    }),
  );

  expect(target.images.get("base")?.packages.map(({ name }) => name)).toEqual(["a", "b"]);
  expect(target.images.get("base")?.artifacts).toMatchObject([{ sizeBytes: 300_000 }]);
  expect(server.requests).toHaveLength(1);
});

test("offline, what the store has is proved by reading it, and what it lacks is refused without a request", async () => {
  await using server = await startFileServer(files);
  await using temporary = await temporaryStore();
  const { downloader } = aDownloader(temporary.store, { offline: true });
  const known = aStack([at(server, "/tool", tool)]);
  await lockPackages(aRequest(temporary.store, known));

  const { target } = await lockPackages(aRequest(temporary.store, known, { downloader }));
  const unknown = aStack([at(server, "/other", other)]);
  const refused = lockPackages(aRequest(temporary.store, unknown, { downloader }));

  expect(target.images.get("base")?.artifacts).toMatchObject([{ sizeBytes: 300_000 }]);
  await expect(refused).rejects.toMatchObject({ code: "offline" });
  expect(server.requests).toHaveLength(1);
  expect(downloader.requestCount).toBe(0);
});

test("other bytes are refused with both digests, and nothing of them is kept", async () => {
  await using server = await startFileServer(files);
  await using temporary = await temporaryStore();
  server.answer("/tool", sendTampered);

  const locking = lockPackages(aRequest(temporary.store, aStack([at(server, "/tool", tool)])));

  await expect(locking).rejects.toMatchObject({
    code: "digest-mismatch",
    message: expect.stringMatching(/\/tool has the digest sha256:[0-9a-f]{64}\.$/),
    hint: expect.stringContaining(digestOf(tool)),
  });
  expect(await readdir(path.join(temporary.store.directory, "tmp"))).toEqual([]);
});

test("a transfer that is cut goes on from where it stopped, though the size is not known", async () => {
  await using server = await startFileServer(files);
  await using temporary = await temporaryStore();
  server.answer("/tool", cutAfter(250_000), 1);

  const { target } = await lockPackages(
    aRequest(temporary.store, aStack([at(server, "/tool", tool)])),
  );

  expect(target.images.get("base")?.artifacts).toMatchObject([{ sizeBytes: 300_000 }]);
  expect(server.requests.map(({ range }) => range ?? "whole")).toEqual([
    "whole",
    expect.stringMatching(/^bytes=[1-9]\d+-$/),
  ]);
});

test("a server that has a shorter file under the name is told from a transfer that was cut", async () => {
  await using server = await startFileServer(new Map([["/tool", other]]));
  await using temporary = await temporaryStore();
  const artifacts = [{ ...at(server, "/tool", tool), sizeBytes: 300_000 }];

  await expect(fetchPackages(aFetchRequest(temporary.store, { artifacts }))).rejects.toMatchObject({
    code: "digest-mismatch",
    message: expect.stringContaining("smaller than the 300000 bytes"),
  });
  expect(server.requests).toHaveLength(1);
});

test.for([
  [404, /check the artifact's URL/],
  [403, /qclock sends no credentials/],
] as const)("a %i is told with the URL and what to do", async ([code, hint]) => {
  await using server = await startFileServer(files);
  await using temporary = await temporaryStore();
  server.answer("/tool", status(code));

  await expect(
    lockPackages(aRequest(temporary.store, aStack([at(server, "/tool", tool)]))),
  ).rejects.toMatchObject({
    code: "artifact-unreachable",
    message: `${server.url}/tool: the server answered ${code}.`,
    hint: expect.stringMatching(hint),
  });
  expect(server.requests).toHaveLength(1);
});

test("redirects are followed over HTTP alone, and not for ever", async () => {
  await using server = await startFileServer(files);
  await using temporary = await temporaryStore();
  const redirect = (from: string, location: string): void =>
    server.answer(from, (response) => void response.writeHead(302, { location }).end());
  redirect("/latest", "/tool");
  redirect("/local", "file:///etc/passwd");
  redirect("/round", "/round");
  const lock = (name: string): ReturnType<typeof lockPackages> =>
    lockPackages(
      aRequest(temporary.store, aStack([at(server, name, name === "/latest" ? tool : other)])),
    );

  const { target } = await lock("/latest");

  expect(target.images.get("base")?.artifacts).toMatchObject([{ url: `${server.url}/latest` }]);
  await expect(lock("/local")).rejects.toMatchObject({ code: "artifact-unreachable" });
  await expect(lock("/round")).rejects.toMatchObject({
    code: "artifact-unreachable",
    message: expect.stringContaining("too many redirects"),
  });
});

test("with a mirror its host alone is asked, under the host and path of the URL", async () => {
  await using server = await startFileServer(
    new Map([["/held/downloads.example:8080/v1/tool?x=1", tool]]),
  );
  await using temporary = await temporaryStore();
  const artifacts = [{ url: "https://downloads.example:8080/v1/tool?x=1", digest: digestOf(tool) }];

  const paths = await fetchPackages(
    aFetchRequest(temporary.store, {
      artifacts,
      artifactMirror: parseArtifactMirror(`${server.url}/held/`),
    }),
  );

  expect(await readFile(paths.get(digestOf(tool)) ?? "")).toEqual(tool);
});

test.for(["ftp://mirror.example", "mirror.example", "https://me:hunter2@mirror.example/a"])(
  "%s is no mirror, and is not repeated",
  (value) => {
    const parse = (): unknown => parseArtifactMirror(value);

    expect(parse).toThrow(expect.objectContaining({ code: "usage" }));
    expect(parse).not.toThrow(/hunter2/);
  },
);

test("without a value there is no mirror", () => {
  expect([parseArtifactMirror(undefined), parseArtifactMirror("")]).toEqual([undefined, undefined]);
});

function at(server: FileServer, name: string, content: Uint8Array): Artifact {
  return aSingleFile(content, { url: `${server.url}${name}`, path: `/opt${name}` });
}

function digestOf(content: Uint8Array): `sha256:${string}` {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

function aStack(artifacts: readonly Artifact[], packages: readonly string[] = []): Stack {
  const stack = aPackageStack({ base: packages });
  const base = stack.images.get("base");
  if (base?.type !== "assembled") throw new Error("no base");
  return { ...stack, images: new Map([["base", { ...base, artifacts }]]) };
}

/** Without any package mirror. */
function aRequest(store: Store, stack: Stack, parts: Partial<LockRequest> = {}): LockRequest {
  return {
    stack,
    existing: undefined,
    mode: "use",
    mirrors: () => Promise.reject(new Error("a package mirror was asked for")),
    pythonIndex: noSources.pythonIndex,
    downloader: aDownloader(store).downloader,
    now: new Date(),
    onPhase: () => {},
    onProgress: () => {},
    signal: new AbortController().signal,
    ...parts,
  };
}

function aFetchRequest(store: Store, parts: Partial<FetchRequest>): FetchRequest {
  return {
    packages: [],
    mirrors: () => Promise.reject(new Error("a package mirror was asked for")),
    downloader: aDownloader(store).downloader,
    concurrency: 4,
    onProgress: () => {},
    signal: new AbortController().signal,
    ...parts,
  };
}
