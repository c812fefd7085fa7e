import { createHash } from "node:crypto";
import { chown, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { lockPackages } from "../../../../src/packages/lock/lock-packages.ts";
import type { LockRequest } from "../../../../src/packages/lock/request.ts";
import type { Lock, LockedPackage, LockTarget } from "../../../../src/packages/package.ts";
import { signersOf } from "../../../../src/packages/proof/signers.ts";
import type { Digest } from "../../../../src/digest.ts";
import type { Store } from "../../../../src/store/store.ts";
import { createTestKey, type FakeMirror, startFakeMirror } from "../../../support/fake-mirror.ts";
import { temporaryStore } from "../../../support/temporary-store.ts";
import { aDownloader, aLockRequest, aPackageStack } from "../../../support/lock-request.ts";

const stack = aPackageStack({ base: ["bash"], app: ["httpd"] });
const packages = [
  { name: "bash", fields: { Depends: "libc6", Source: "bash-src (5.2)" } },
  { name: "libc6" },
  { name: "httpd", suite: "bookworm-security" as const, version: "2.0" },
];
const evil = Buffer.from("other bytes than the distribution's");
const evilFacts = { digest: digestOf(evil), sizeBytes: evil.length };

describe("a lock that was changed by hand", () => {
  const forgeries: readonly (readonly [string, Partial<LockedPackage>, string])[] = [
    ["other bytes under the same version", evilFacts, "signature-invalid"],
    ["an invented version", { ...evilFacts, version: "9.9" }, "package-unproved"],
    ["another name for signed bytes", { name: "libc6-other" }, "package-unproved"],
    ["another version of signed bytes", { version: "1.1" }, "package-unproved"],
    ["another architecture", { architecture: "all" }, "package-unproved"],
    ["another source, for an audit to read", { sourceVersion: "6.0" }, "signature-invalid"],
    ["another size", { sizeBytes: 1 }, "signature-invalid"],
  ];

  test.each(forgeries)("%s is refused by name", async (_what, change, code) => {
    await using rig = await aRig();
    const existing = changed(rig.lock, "libc6", change);
    const { name, version } = { name: "libc6", version: "1.0", ...change };
    // What would be unpacked lies in the store already, as a bundle or another mirror may have left
    // it.
    await rig.store.put(evilFacts.digest, Readable.from([evil]));
    const refusal = { code, message: expect.stringContaining(`${name} ${version}`) };
    const offline = aDownloader(rig.store, { offline: true }).downloader;
    await using empty = await temporaryStore();

    await expect(rig.lockAgain({ existing, mode: "locked" })).rejects.toMatchObject(refusal);
    await expect(rig.lockAgain({ existing, mode: "use" })).rejects.toMatchObject(refusal);
    await expect(
      rig.lockAgain({ existing, mode: "locked", downloader: offline }),
    ).rejects.toMatchObject(refusal);
    rig.mirror.answer(find(rig.target, "libc6").path, (answer) => void answer.end(evil));
    await expect(
      rig.lockAgain({ existing, mode: "locked", downloader: aDownloader(empty.store).downloader }),
    ).rejects.toMatchObject(refusal);
    await expect(empty.store.find(evilFacts.digest)).resolves.toBeUndefined();
    await expect(rig.signers(existing, name)).rejects.toMatchObject(refusal);
  });

  test("the facts that differ are told beside what was signed, and no others", async () => {
    await using rig = await aRig();
    const { sizeBytes, digest } = find(rig.target, "bash");
    const signed = digest.slice("sha256:".length);
    const detailsOf = async (facts: Partial<LockedPackage>): Promise<unknown> =>
      rig
        .lockAgain({ existing: changed(rig.lock, "bash", facts), mode: "locked" })
        .then(undefined, ({ details }: { readonly details: unknown }) => details);

    await expect(detailsOf({ sizeBytes: 1, sourceVersion: "6.0" })).resolves.toEqual([
      `size: 1 in the lock, ${sizeBytes} in the index`,
      "source: bash-src 6.0 in the lock, bash-src 5.2 in the index",
    ]);
    await expect(detailsOf({ digest: evilFacts.digest })).resolves.toEqual([
      `sha256: ${evilFacts.digest.slice("sha256:".length)} in the lock, ${signed} in the index`,
    ]);
  });

  test("an invented version is not laundered by locking for another manifest", async () => {
    await using rig = await aRig();
    const existing = changed(rig.lock, "bash", { ...evilFacts, version: "9.9" });
    await rig.store.put(evilFacts.digest, Readable.from([evil]));
    const more = aPackageStack({ base: ["bash", "libc6"], app: ["httpd"] });

    await expect(rig.lockAgain({ existing, stack: more })).rejects.toMatchObject({
      code: "package-unproved",
      message: "Nothing proves that bash 9.9 is the distribution's.",
      hint: expect.stringContaining("qclock lock --update bash"),
    });
    const { target } = await rig.lockAgain({
      existing,
      mode: "update",
      move: new Set(["bash"]),
    });
    expect(find(target, "bash")).toMatchObject({ version: "1.0", digest: rig.digest("bash") });
  });

  test("an invented version whose bytes are nowhere counts as one that has left the mirror: nothing could be unpacked", async () => {
    await using rig = await aRig();
    const facts = { ...evilFacts, version: "9.9", path: "pool/main/bash_9.9_amd64.deb" };
    const existing = changed(rig.lock, "bash", facts);

    await expect(rig.lockAgain({ existing, mode: "locked" })).rejects.toMatchObject({
      code: "package-vanished",
      message: expect.stringContaining("bash 9.9"),
    });
  });

  test("with the flag what nothing proves is marked, and what is signed otherwise is refused all the same", async () => {
    await using rig = await aRig();
    const invented = changed(rig.lock, "bash", { ...evilFacts, version: "9.9" });
    const allowed = { existing: invented, allowUnsigned: true };

    await expect(rig.lockAgain({ ...allowed, mode: "locked" })).rejects.toMatchObject({
      code: "lock-outdated",
      hint: expect.stringContaining("qclock lock --allow-unsigned"),
    });
    const marked = await rig.lockAgain(allowed);
    expect(marked.changed).toBe(true);
    expect(
      packagesOf(marked.target).map(({ name, unsigned }) => [name, unsigned === true]),
    ).toEqual([
      ["bash", true],
      ["libc6", false],
      ["httpd", false],
    ]);
    await expect(
      rig.lockAgain({ ...allowed, existing: marked.lock, mode: "locked" }),
    ).resolves.toMatchObject({ changed: false });
    // The mark is no permission.
    await expect(rig.lockAgain({ existing: marked.lock, mode: "locked" })).rejects.toMatchObject({
      code: "package-unproved",
    });
    await expect(rig.signers(marked.lock, "bash")).resolves.toEqual([]);
    await expect(
      rig.lockAgain({ existing: changed(rig.lock, "bash", evilFacts), allowUnsigned: true }),
    ).rejects.toMatchObject({ code: "signature-invalid" });
  });

  test("a mark on a package that is proved goes", async () => {
    await using rig = await aRig();
    const existing = changed(rig.lock, "bash", { unsigned: true });

    const { target, changed: isChanged } = await rig.lockAgain({ existing });

    expect(isChanged).toBe(true);
    expect(find(target, "bash").unsigned).toBeUndefined();
  });
});

describe("a proof", () => {
  test("is kept: neither a second run nor one with fewer packages reads an index or asks anybody", async () => {
    await using rig = await aRig();
    await rig.dropEvidence();
    const asked = rig.mirror.requests.length;

    await expect(rig.lockAgain({ existing: rig.lock, mode: "locked" })).resolves.toMatchObject({
      changed: false,
    });
    const fewer = new Map([...rig.target.images].filter(([name]) => name === "base"));
    const existing = withTarget(rig.lock, { ...rig.target, images: fewer });
    await expect(rig.signers(existing, "bash")).resolves.toEqual([rig.key]);
    expect(rig.mirror.requests).toHaveLength(asked);
  });

  test("outlives the index that gave it, which the mirror has no more", async () => {
    await using rig = await aRig();
    await rig.dropNotes();
    await rig.mirror.publish({ packages: [] });

    await expect(rig.lockAgain({ existing: rig.lock, mode: "locked" })).resolves.toMatchObject({
      changed: false,
    });
    await expect(rig.signers(rig.lock, "httpd")).resolves.toEqual([rig.key]);
  });

  test("is made from the mirror's signed index on a machine that has none", async () => {
    await using rig = await aRig();
    await using empty = await temporaryStore();
    const { downloader } = aDownloader(empty.store);
    const asked = rig.mirror.requests.length;

    await rig.lockAgain({ existing: rig.lock, mode: "locked", downloader });

    const paths = rig.mirror.requests.slice(asked).map((each) => each.path);
    expect(paths.filter((each) => each.endsWith("InRelease"))).toHaveLength(3);
    expect(paths.filter((each) => each.endsWith(".deb"))).toEqual([]);
  });

  test("comes from a further place of the mirror, which keeps old indexes, also when they have run out", async () => {
    await using former = await startFakeMirror(packages);
    await former.publish({ packages, validUntil: new Date(Date.now() + 60_000) });
    await using first = await temporaryStore();
    const { lock } = await lockPackages(aLockRequest({ mirror: former, ...first, stack }));
    await using mirror = await startFakeMirror([]);
    await using empty = await temporaryStore();
    const request = (further: readonly string[]): LockRequest => ({
      ...aLockRequest({ mirror, ...empty, stack, existing: lock, mode: "locked" }),
      keys: [...mirror.keys, ...former.keys],
      mirrors: async () => ({ ...mirror.mirrors, further }),
      now: new Date(Date.now() + 3_600_000),
    });

    await expect(lockPackages(request([]))).rejects.toMatchObject({ code: "package-vanished" });
    const places = [`${former.url}/debian`, `${former.url}/debian-security`];
    await expect(lockPackages(request(places))).resolves.toMatchObject({ changed: false });
  });

  test("by a key that is not trusted any more counts no more", async () => {
    await using rig = await aRig();
    const { pinned } = await createTestKey();

    await expect(
      rig.lockAgain({ existing: rig.lock, mode: "locked", keys: [pinned] }),
    ).rejects.toMatchObject({
      code: "package-unproved",
      details: expect.arrayContaining([expect.stringMatching(/^bookworm: .*no signature is by/)]),
    });
  });

  test("of other facts, moved to a package's place in the store, is none", async () => {
    await using rig = await aRig();
    await rig.store.put(evilFacts.digest, Readable.from([evil]));
    const folder = path.join(rig.store.directory, "notes", "package-proof");
    const own = path.join(folder, `debian-12-${rig.digest("bash").slice(7)}.json`);
    const other = path.join(folder, `debian-12-${evilFacts.digest.slice(7)}.json`);
    await writeFile(other, await readFile(own));
    const existing = changed(rig.lock, "bash", { ...evilFacts, version: "9.9" });

    await expect(rig.lockAgain({ existing, mode: "locked" })).rejects.toMatchObject({
      code: "package-unproved",
    });
  });

  test.skipIf(process.getuid?.() !== 0)("in another user's file is none", async () => {
    await using rig = await aRig();
    const folder = path.join(rig.store.directory, "notes");
    for (const kind of ["package-proof", "packages-proof"])
      for (const name of await readdir(path.join(folder, kind)))
        await chown(path.join(folder, kind, name), 12_345, 12_345);
    await rig.dropEvidence();
    const { downloader } = aDownloader(rig.store, { offline: true });

    await expect(
      rig.lockAgain({ existing: rig.lock, mode: "locked", downloader }),
    ).rejects.toMatchObject({ code: "package-unproved" });
  });

  test("is not read from an index in the store that was exchanged", async () => {
    await using rig = await aRig();
    await rig.dropNotes();
    const [main] = rig.target.repositories;
    const [index] = main?.indexDigests.values() ?? [];
    const stored = await rig.store.find(index ?? evilFacts.digest);
    if (stored === undefined || index === undefined) throw new Error("no index");
    const size = (await readFile(stored)).length;
    await writeFile(stored, Buffer.alloc(size, "x"));
    const { downloader } = aDownloader(rig.store, { offline: true });

    await expect(
      rig.lockAgain({ existing: rig.lock, mode: "locked", downloader }),
    ).rejects.toMatchObject({
      code: "package-unproved",
      details: expect.arrayContaining(["bash 1.0", "libc6 1.0"]),
    });
    await expect(rig.store.find(index)).resolves.toBeUndefined();
    await expect(rig.lockAgain({ existing: rig.lock, mode: "locked" })).resolves.toMatchObject({
      changed: false,
    });
  });
});

interface Rig extends AsyncDisposable {
  readonly mirror: FakeMirror;
  readonly store: Store;
  readonly lock: Lock;
  readonly target: LockTarget;
  /** Fingerprint of the mirror's key. */
  readonly key: string | undefined;
  lockAgain(parts: Partial<LockRequest>): ReturnType<typeof lockPackages>;
  /** Who signed a package of a lock. */
  signers(lock: Lock, name: string): Promise<readonly string[]>;
  digest(name: string): Digest;
  /** Take the release files and indexes out of the store. */
  dropEvidence(): Promise<void>;
  /** Make the store forget what was proved. */
  dropNotes(): Promise<void>;
}

/** A mirror and a store in which the stack was locked. */
async function aRig(): Promise<Rig> {
  const mirror = await startFakeMirror(packages);
  const temporary = await temporaryStore();
  const { store } = temporary;
  const request = aLockRequest({ mirror, store, stack });
  const { lock, target } = await lockPackages(request);
  return {
    mirror,
    store,
    lock,
    target,
    key: mirror.keys[0]?.fingerprint,
    lockAgain: (parts) => lockPackages({ ...request, ...parts }),
    async signers(from, name) {
      const [found = target] = from.targets.values();
      const signers = await signersOf(found, [find(found, name)], request);
      return [...signers.values()];
    },
    digest: (name) => find(target, name).digest,
    async dropEvidence() {
      for (const { metadataDigest, indexDigests } of target.repositories)
        for (const digest of [metadataDigest, ...indexDigests.values()]) await store.remove(digest);
    },
    async dropNotes() {
      for (const kind of ["package-proof", "packages-proof"]) {
        const folder = path.join(store.directory, "notes", kind);
        for (const name of await readdir(folder)) await writeFile(path.join(folder, name), "");
      }
    },
    async [Symbol.asyncDispose]() {
      await mirror[Symbol.asyncDispose]();
      await temporary[Symbol.asyncDispose]();
    },
  };
}

/** The lock with other facts about one package. */
function changed(lock: Lock, name: string, facts: Partial<LockedPackage>): Lock {
  const [target] = lock.targets.values();
  if (target === undefined) throw new Error("the lock has no target");
  const images = [...target.images].map(([image, locked]) => {
    const entries = locked.packages.map((entry) =>
      entry.name === name ? { ...entry, ...facts } : entry,
    );
    return [image, { ...locked, packages: entries }] as const;
  });
  return withTarget(lock, { ...target, images: new Map(images) });
}

function withTarget(lock: Lock, target: LockTarget): Lock {
  return { ...lock, targets: new Map([["debian-12/amd64", target]]) };
}

function packagesOf(target: LockTarget): readonly LockedPackage[] {
  return [...target.images.values()].flatMap((image) => image.packages);
}

function find(target: LockTarget, name: string): LockedPackage {
  const found = packagesOf(target).find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`${name} is in no image`);
  return found;
}

function digestOf(content: Uint8Array): Digest {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
