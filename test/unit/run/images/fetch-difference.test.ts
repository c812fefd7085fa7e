import { expect, test } from "vitest";
import { diffLocks } from "../../../../src/packages/lock/diff/diff-locks.ts";
import { lockPackages } from "../../../../src/packages/lock/lock-packages.ts";
import type { RunEventBody } from "../../../../src/run/execution/event.ts";
import { fetchDifference } from "../../../../src/run/images/fetch-difference.ts";
import { startFakeMirror } from "../../../support/fake-mirror.ts";
import { status } from "../../../support/file-server.ts";
import { aDownloader, aLockRequest, aPackageStack } from "../../../support/lock-request.ts";
import { temporaryStore } from "../../../support/temporary-store.ts";

const names = ["stays", "moves", "goes", "comes"];

/** What is fetched and said of two locks, of whose files the mirror lacks one. */
async function difference(lacks?: string, answer = 404) {
  const packagesOf = (version: string) =>
    names.map((name) => ({ name, version: name === "stays" ? "1" : version }));
  await using mirror = await startFakeMirror(packagesOf("1"));
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const before = aPackageStack({ app: ["stays", "moves", "goes"] });
  const { lock: old } = await lockPackages(aLockRequest({ mirror, store, stack: before }));
  await mirror.publish({ packages: [...packagesOf("1"), ...packagesOf("2")] });
  const after = aPackageStack({ app: ["stays", "moves", "comes"] });
  const { lock } = await lockPackages(aLockRequest({ mirror, store, stack: after }));
  const all = [old, lock].flatMap(({ targets }) =>
    [...targets.values()].flatMap(({ images }) =>
      [...images.values()].flatMap((one) => one.packages),
    ),
  );
  for (const { digest } of all) await store.remove(digest);
  const asked = mirror.requests.length;
  if (lacks !== undefined) mirror.answer(lacks, status(answer));
  const events: RunEventBody[] = [];
  const { signal } = new AbortController();
  const ended = await fetchDifference(
    { downloader: aDownloader(store).downloader, emit: (event) => void events.push(event), signal },
    { diff: await diffLocks(old, lock), locks: [old, lock], mirrorsOf: async () => mirror.mirrors },
  ).then(
    () => "ended",
    (error: Error) => error.name,
  );
  const fetched = mirror.requests.slice(asked).map(({ path }) => path.split("/").at(-1) ?? "");
  const said = events.flatMap((event) => (event.type === "notice" ? [event.message] : []));
  return {
    ended,
    fetched: [...new Set(fetched)].toSorted(),
    said,
    types: events.map(({ type }) => type),
  };
}

test("only the packages that differ are fetched, in both versions of those that moved", async () => {
  const { ended, fetched, said, types } = await difference();
  expect(ended).toBe("ended");
  expect(fetched).toEqual([
    "comes_2_amd64.deb",
    "goes_1_amd64.deb",
    "moves_1_amd64.deb",
    "moves_2_amd64.deb",
  ]);
  expect(said).toEqual([]);
  expect([types[0], types.at(-1)]).toEqual(["phase-started", "phase-finished"]);
});

test("what is on no mirror any more is said, and any other failure ends it", async () => {
  const { ended, said, types } = await difference("moves_1_amd64.deb");
  expect(ended).toBe("ended");
  expect(said).toEqual([expect.stringMatching(/^On no mirror any more: moves 1\.$/)]);
  expect(types.at(-1)).toBe("phase-finished");
  const broken = await difference("moves_1_amd64.deb", 403);
  expect(broken).toMatchObject({ ended: "QclockError", said: [] });
  expect(broken.types).not.toContain("phase-finished");
});
