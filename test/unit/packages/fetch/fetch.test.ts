import { createHash, randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  type FetchablePackage,
  type FetchRequest,
  fetchPackages,
  withArchive,
} from "../../../../src/packages/fetch/fetch.ts";
import type { Store } from "../../../../src/store/store.ts";
import {
  type FileServer,
  sendTampered,
  startFileServer,
  status,
} from "../../../support/file-server.ts";
import { temporaryStore } from "../../../support/temporary-store.ts";
import { aDownloader } from "../../../support/lock-request.ts";

const contents = Array.from({ length: 12 }, (_, index) => randomBytes(1000 + index));
const packages = contents.map((content, index) => aPackage(`${index}.deb`, content));

test("packages come from their own archive, with progress to the last byte", async () => {
  await using server = await startFileServer(
    new Map(
      contents.map((content, index) => [
        index === 3 ? "/security/3.deb" : `/main/${index}.deb`,
        content,
      ]),
    ),
  );
  await using temporary = await temporaryStore();
  const progress: (readonly [number, number])[] = [];

  const paths = await fetchPackages(
    aRequest(server, temporary.store, {
      packages: packages.map((entry, index) => ({
        ...entry,
        archive: index === 3 ? "security" : "main",
      })),
      onProgress: (done, total) => void progress.push([done, total]),
    }),
  );

  expect([...paths.keys()].toSorted()).toEqual(packages.map(({ digest }) => digest).toSorted());
  const total = contents.reduce((sum, { length }) => sum + length, 0);
  expect(progress.at(-1)).toEqual([total, total]);
  expect(progress.map(([done]) => done)).toEqual(
    progress.map(([done]) => done).toSorted((a, b) => a - b),
  );
});

test("a security update that has moved to the main archive is found there", async () => {
  const [content = Buffer.alloc(0)] = contents;
  await using server = await startFileServer(new Map([["/main/0.deb", content]]));
  await using temporary = await temporaryStore();

  const paths = await fetchPackages(
    aRequest(server, temporary.store, {
      packages: [{ ...aPackage("0.deb", content), archive: "security" }],
    }),
  );

  expect(paths.size).toBe(1);
  expect(server.requests.map(({ path }) => path)).toEqual(["/security/0.deb", "/main/0.deb"]);
});

test("the largest goes first, and one whose size is not known before it", async () => {
  await using server = await startFileServer(
    new Map(contents.map((content, index) => [`/main/${index}.deb`, content])),
  );
  await using temporary = await temporaryStore();
  const url = `${server.url}/main/5.deb`;
  const [, , , , , unknown = Buffer.alloc(0)] = contents;
  const progress: (readonly [number, number])[] = [];

  await fetchPackages(
    aRequest(server, temporary.store, {
      concurrency: 1,
      packages: [2, 0, 3, 1].flatMap((index) => packages[index] ?? []),
      artifacts: [{ url, digest: `sha256:${createHash("sha256").update(unknown).digest("hex")}` }],
      onProgress: (done, total) => void progress.push([done, total]),
    }),
  );

  expect(server.requests.map((each) => each.path.slice("/main/".length))).toEqual([
    "5.deb",
    "3.deb",
    "2.deb",
    "1.deb",
    "0.deb",
  ]);
  expect(progress.every(([done, total]) => done <= total)).toBe(true);
});

test("a package is of the archive of its repository, and of the main one where that is not known", () => {
  const repositories = [
    { id: "bookworm-security", archive: "security" },
    { id: "bookworm", archive: "main" },
  ] as const;
  const of = (repository: string): string => withArchive({ repository }, repositories).archive;
  expect(["bookworm", "bookworm-security", "gone"].map(of)).toEqual(["main", "security", "main"]);
});

test("offline, what is missing is counted in words that fit the number", async () => {
  await using temporary = await temporaryStore();
  await using server = await startFileServer(new Map());
  const { downloader } = aDownloader(temporary.store, { offline: true });
  const messageFor = async (count: number): Promise<unknown> =>
    await fetchPackages({
      ...aRequest(server, temporary.store, { packages: packages.slice(0, count) }),
      downloader,
    }).catch((error: unknown) => error);

  expect(await messageFor(1)).toMatchObject({
    message: "1 of 1 needed file is not in the store, and --offline allows no request.",
    details: ["0.deb 1"],
  });
  const many = await messageFor(12);
  expect(many).toMatchObject({
    message: "12 of 12 needed files are not in the store, and --offline allows no request.",
  });
  expect((many as { details: string[] }).details).toHaveLength(11);
});

test("no more connections are open than asked for", async () => {
  await using server = await startFileServer(
    new Map(contents.map((content, index) => [`/main/${index}.deb`, content])),
  );
  await using temporary = await temporaryStore();
  let open = 0;
  let most = 0;
  server.answer(".deb", (response, file) => {
    most = Math.max(most, ++open);
    setTimeout(() => {
      open--;
      response.end(file);
    }, 5);
  });

  await fetchPackages(aRequest(server, temporary.store, { concurrency: 3 }));

  expect(most).toBe(3);
});

test("the first failure stops the rest", async () => {
  await using server = await startFileServer(
    new Map(contents.map((content, index) => [`/main/${index}.deb`, content])),
  );
  await using temporary = await temporaryStore();
  server.answer("/11.deb", sendTampered);

  await expect(
    fetchPackages(aRequest(server, temporary.store, { concurrency: 1 })),
  ).rejects.toMatchObject({ code: "digest-mismatch", message: expect.stringContaining("/11.deb") });
  // The largest goes first, and it is the tampered one.
  expect(server.requests.map(({ path }) => path)).toEqual(["/main/11.deb", "/security/11.deb"]);
});

test("what two images share is fetched and counted once", async () => {
  const [content = Buffer.alloc(0)] = contents;
  await using server = await startFileServer(new Map([["/main/0.deb", content]]));
  await using temporary = await temporaryStore();
  const shared = aPackage("0.deb", content);
  const progress: (readonly [number, number])[] = [];

  const paths = await fetchPackages(
    aRequest(server, temporary.store, {
      packages: [shared, { ...shared }],
      onProgress: (done, total) => void progress.push([done, total]),
    }),
  );

  expect(paths.size).toBe(1);
  expect(server.requests).toHaveLength(1);
  expect(progress).toEqual([[content.length, content.length]]);
});

test("offline, a store that has everything needs no mirror to be known", async () => {
  const [content = Buffer.alloc(0)] = contents;
  await using server = await startFileServer(new Map([["/main/0.deb", content]]));
  await using temporary = await temporaryStore();
  const request = aRequest(server, temporary.store, { packages: [aPackage("0.deb", content)] });
  await fetchPackages(request);

  const { downloader } = aDownloader(temporary.store, { offline: true });
  const mirrors = (): Promise<never> => Promise.reject(new Error("no mirror is known"));

  await expect(fetchPackages({ ...request, downloader, mirrors })).resolves.toHaveProperty(
    "size",
    1,
  );
});

test("all packages that have left every mirror are named at once, and the others come in", async () => {
  const [content = Buffer.alloc(0)] = contents;
  await using server = await startFileServer(new Map([["/main/0.deb", content]]));
  await using temporary = await temporaryStore();
  const request = aRequest(server, temporary.store, { packages: packages.slice(0, 3) });

  const error = await fetchPackages(request).catch((failure: unknown) => failure);

  expect(error).toMatchObject({
    code: "package-vanished",
    message: expect.stringContaining("2 packages"),
    details: ["1.deb 1", "2.deb 1"],
    hint: expect.stringContaining("qclock lock --update 1.deb 2.deb"),
    files: [{ name: "1.deb 1" }, { name: "2.deb 1" }],
  });
  await expect(temporary.store.find(aPackage("0.deb", content).digest)).resolves.toBeDefined();
});

test("a package is looked for in the store, in both archives, and in every further place", async () => {
  const [content = Buffer.alloc(0)] = contents;
  await using server = await startFileServer(new Map([["/old/0.deb", content]]));
  await using temporary = await temporaryStore();
  const request = aRequest(server, temporary.store, { packages: [aPackage("0.deb", content)] });
  const mirrors = async (): ReturnType<FetchRequest["mirrors"]> => ({
    ...(await request.mirrors()),
    further: [`${server.url}/older`, `${server.url}/old`],
  });

  await fetchPackages({ ...request, mirrors });
  await fetchPackages({ ...request, mirrors });

  expect(server.requests.map(({ path }) => path)).toEqual([
    "/main/0.deb",
    "/security/0.deb",
    "/older/0.deb",
    "/old/0.deb",
  ]);
});

test("a package is looked for in the distribution's folder first, then as other places call it", async () => {
  const [content = Buffer.alloc(0)] = contents;
  await using server = await startFileServer(new Map([["/security/short/0.rpm", content]]));
  await using temporary = await temporaryStore();
  const lying = [aPackage("base/latest/0.rpm", content)];
  const request = aRequest(server, temporary.store, { packages: lying });
  const mirrors = async (): ReturnType<FetchRequest["mirrors"]> => ({
    ...(await request.mirrors()),
    otherPaths: (path: string) => [
      path.replace("base/latest", "short"),
      path.replace("base", "never"),
    ],
  });

  await fetchPackages({ ...request, mirrors });

  expect(server.requests.map(({ path }) => path)).toEqual([
    "/main/base/latest/0.rpm",
    "/main/short/0.rpm",
    "/main/never/latest/0.rpm",
    "/security/base/latest/0.rpm",
    "/security/short/0.rpm",
  ]);
});

test("a mirror that refuses hides that another one lacks the package: it is not gone", async () => {
  const [content = Buffer.alloc(0)] = contents;
  await using server = await startFileServer(new Map());
  await using temporary = await temporaryStore();
  server.answer("/main/0.deb", status(403));

  await expect(
    fetchPackages(aRequest(server, temporary.store, { packages: [aPackage("0.deb", content)] })),
  ).rejects.toMatchObject({ code: "mirror-unreachable", message: expect.stringContaining("403") });
});

test("other bytes under the same name are told with package, expected and actual digest, and not kept", async () => {
  const [content = Buffer.alloc(0)] = contents;
  const entry = { ...aPackage("0.deb", content), name: "bash" };
  await using server = await startFileServer(new Map([["/main/0.deb", content]]));
  await using temporary = await temporaryStore();
  server.answer("/main/0.deb", sendTampered);

  await expect(
    fetchPackages(aRequest(server, temporary.store, { packages: [entry] })),
  ).rejects.toMatchObject({
    code: "digest-mismatch",
    message: expect.stringMatching(
      /^bash 1 .*\/main\/0\.deb has the digest sha256:[0-9a-f]{64}\.$/,
    ),
    hint: expect.stringContaining(entry.digest),
  });
  await expect(temporary.store.find(entry.digest)).resolves.toBeUndefined();
  await expect(readdir(join(temporary.store.directory, "tmp"))).resolves.toEqual([]);
});

function aPackage(path: string, content: Uint8Array): FetchablePackage {
  return {
    name: path,
    version: "1",
    architecture: "all",
    archive: "main",
    path,
    sizeBytes: content.length,
    digest: `sha256:${createHash("sha256").update(content).digest("hex")}`,
  };
}

function aRequest(
  server: FileServer,
  store: Store,
  parts: Partial<FetchRequest> = {},
): FetchRequest {
  const mirrors = {
    main: `${server.url}/main`,
    security: `${server.url}/security`,
    origin: "the test",
  };
  return {
    packages,
    mirrors: () => Promise.resolve(mirrors),
    downloader: aDownloader(store).downloader,
    concurrency: 4,
    onProgress: () => {},
    signal: new AbortController().signal,
    ...parts,
  };
}
