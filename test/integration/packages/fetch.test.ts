import { createHash, randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import {
  type FetchablePackage,
  type FetchRequest,
  fetchPackages,
  VanishedFiles,
} from "../../../src/packages/fetch.ts";
import type { Store } from "../../../src/store/store.ts";
import {
  type FileServer,
  sendTampered,
  startFileServer,
  status,
} from "../../support/file-server.ts";
import { temporaryStore } from "../../support/temporary-store.ts";
import { aDownloader } from "./lock-request.ts";

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
  expect(server.requests).toHaveLength(1);
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

test("a package that has left every mirror is named, with what to do", async () => {
  await using server = await startFileServer(new Map());
  await using temporary = await temporaryStore();

  await expect(
    fetchPackages(aRequest(server, temporary.store, { packages: packages.slice(0, 1) })),
  ).rejects.toMatchObject({
    code: "mirror-unreachable",
    message: expect.stringMatching(/^0\.deb 1 has left the mirror/),
    hint: expect.stringContaining("qclock lock --update"),
  });
});

test("of several packages that have left the mirror all are named, and the others come in", async () => {
  await using server = await startFileServer(
    new Map(
      contents.flatMap((content, index) => (index < 2 ? [] : [[`/main/${index}.deb`, content]])),
    ),
  );
  await using temporary = await temporaryStore();

  const fetching = fetchPackages(aRequest(server, temporary.store, {}));

  await expect(fetching).rejects.toBeInstanceOf(VanishedFiles);
  await expect(fetching).rejects.toMatchObject({
    message: expect.stringMatching(/^2 files have left the mirror/),
    details: ["0.deb 1", "1.deb 1"],
  });
  await expect(temporary.store.find(packages[5]?.digest ?? "sha256:")).resolves.toBeDefined();
});

test("a mirror that refuses is not one that has lost the package", async () => {
  await using server = await startFileServer(new Map());
  server.answer(".deb", status(403));
  await using temporary = await temporaryStore();

  await expect(
    fetchPackages(aRequest(server, temporary.store, { packages: packages.slice(0, 1) })),
  ).rejects.not.toBeInstanceOf(VanishedFiles);
});

test("offline, everything that the store lacks is named at once, and no mirror need be known", async () => {
  await using server = await startFileServer(
    new Map(contents.map((content, index) => [`/main/${index}.deb`, content])),
  );
  await using temporary = await temporaryStore();
  await fetchPackages(aRequest(server, temporary.store, { packages: packages.slice(0, 1) }));
  const asked = server.requests.length;
  const { downloader } = aDownloader(temporary.store, { offline: true });

  const fetching = fetchPackages(
    aRequest(server, temporary.store, {
      downloader,
      mirrors: () => Promise.reject(new Error("no mirror is known")),
    }),
  );

  await expect(fetching).rejects.toMatchObject({
    code: "offline",
    message: expect.stringContaining("11 of 12 files"),
    details: expect.arrayContaining(["1.deb 1", "and 1 more"]),
    hint: expect.stringContaining("qclock bundle load"),
  });
  expect(server.requests).toHaveLength(asked);
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
