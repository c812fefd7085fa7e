import { expect, test } from "vitest";
import type { Digest } from "../../../../src/digest.ts";
import { lockPackages } from "../../../../src/packages/lock/lock-packages.ts";
import type { Lock, LockTarget } from "../../../../src/packages/package.ts";
import { evidenceOf, type TargetEvidence } from "../../../../src/packages/proof/evidence-of.ts";
import type { Store } from "../../../../src/store/store.ts";
import {
  type FakeMirror,
  type FakePackage,
  startFakeMirror,
} from "../../../support/fake-mirror.ts";
import { aDownloader, aLockRequest, aPackageStack } from "../../../support/lock-request.ts";
import { temporaryStore } from "../../../support/temporary-store.ts";

const aPackage = (name: string, version = "1.0"): FakePackage => ({ name, version, files: [] });
const first = [aPackage("bash"), aPackage("web", "1.0")];
const later = [aPackage("bash"), aPackage("web", "2.0"), aPackage("zsh")];

/** Locked from the first state, then with zsh as well from the later one: web stays at 1.0. */
async function lockedTwice(mirror: FakeMirror, store: Store): Promise<LockTarget> {
  const lock = async (
    packages: readonly string[],
    existing?: Lock,
  ): ReturnType<typeof lockPackages> =>
    await lockPackages(
      aLockRequest({
        mirror,
        store,
        stack: aPackageStack({ base: packages }),
        ...(existing === undefined ? {} : { existing }),
      }),
    );
  const before = await lock(["bash", "web"]);
  await mirror.publish({ packages: later });
  return (await lock(["bash", "web", "zsh"], before.lock)).target;
}

async function evidenceFor(
  mirror: FakeMirror,
  store: Store,
  target: LockTarget,
): Promise<TargetEvidence> {
  return await evidenceOf(target, {
    keys: mirror.keys,
    mirrors: () => Promise.resolve(mirror.mirrors),
    downloader: aDownloader(store).downloader,
    now: new Date(),
    onPhase: () => undefined,
    signal: new AbortController().signal,
  });
}

test("what proves a package that has left its repository since is there beside what the lock names", async () => {
  await using mirror = await startFakeMirror(first);
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const target = await lockedTwice(mirror, store);
  expect(
    target.images.get("base")?.packages.map(({ name, version }) => `${name} ${version}`),
  ).toEqual(["bash 1.0", "web 1.0", "zsh 1.0"]);

  const { evidence, unproved, reasons } = await evidenceFor(mirror, store, target);

  expect(unproved).toEqual([]);
  expect(reasons).toEqual([]);
  const older = evidence.filter(({ asLocked }) => !asLocked).map(({ repository }) => repository);
  expect(evidence.slice(0, -1).map(({ repository }) => repository)).toEqual(target.repositories);
  expect(older).toMatchObject([{ id: "bookworm", archive: "main" }]);
  expect(target.repositories.map(({ metadataDigest }) => metadataDigest)).not.toContain(
    older[0]?.metadataDigest,
  );
});

test.each(["metadata", "index"] as const)(
  "without the older %s in the store nothing proves such a package",
  async (lost) => {
    await using mirror = await startFakeMirror(first);
    await using temporary = await temporaryStore();
    const { store } = temporary;
    const target = await lockedTwice(mirror, store);
    const { evidence } = await evidenceFor(mirror, store, target);
    const older = evidence.at(-1)?.repository;
    const digests: readonly (Digest | undefined)[] =
      lost === "metadata" ? [older?.metadataDigest] : [...(older?.indexDigests.values() ?? [])];
    for (const digest of digests) if (digest !== undefined) await store.remove(digest);

    const found = await evidenceFor(mirror, store, target);

    expect(found.unproved.map(({ name, version }) => `${name} ${version}`)).toEqual(["web 1.0"]);
    expect(found.evidence.every(({ asLocked }) => asLocked)).toBe(true);
  },
);

test("where all packages are in what the lock names there is nothing older", async () => {
  await using mirror = await startFakeMirror(first);
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const { target } = await lockPackages(
    aLockRequest({ mirror, store, stack: aPackageStack({ base: ["bash", "web"] }) }),
  );

  const { evidence, unproved } = await evidenceFor(mirror, store, target);

  expect(unproved).toEqual([]);
  expect(evidence.map(({ repository }) => repository)).toEqual(target.repositories);
  expect(evidence.every(({ asLocked }) => asLocked)).toBe(true);
});
