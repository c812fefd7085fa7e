import { createHash } from "node:crypto";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { BundleDocument } from "../../../../src/image/bundle/document.ts";
import { bytesMember, writeBundle } from "../../../../src/image/bundle/write.ts";
import { formatLock, parseLock } from "../../../../src/packages/lock/file.ts";
import { lockPackages } from "../../../../src/packages/lock/lock-packages.ts";
import type { PinnedKey } from "../../../../src/packages/proof/pinned-key.ts";
import type { Lock, LockedPackage } from "../../../../src/packages/package.ts";
import { listBundle } from "../../../../src/run/bundle/list.ts";
import { loadBundle } from "../../../../src/run/bundle/load.ts";
import type { RunEventBody } from "../../../../src/run/execution/event.ts";
import { openStore } from "../../../../src/store/disk-store.ts";
import type { Digest } from "../../../../src/digest.ts";
import type { Store } from "../../../../src/store/store.ts";
import {
  aLoadContext,
  blobsOf,
  inPieces,
  loadOptions,
  type LockHere,
  savedBundle,
} from "../../../support/bundles.ts";
import { type FakeMirror, startFakeMirror } from "../../../support/fake-mirror.ts";
import { canMountDisks, mountSmallDisk, smallDiskBytes } from "../../../support/small-disk.ts";
import { readItems } from "../../../support/tar.ts";
import { temporaryStore } from "../../../support/temporary-store.ts";
import { aLockRequest, aPackageStack } from "../../../support/lock-request.ts";

const canMount = await canMountDisks();

const stack = aPackageStack({ base: ["bash"], app: ["httpd"] });
const packages = [
  { name: "bash", fields: { Depends: "libc6" }, fillBytes: 150_000 },
  { name: "libc6", fillBytes: 70_000 },
  { name: "httpd", suite: "bookworm-security" as const, version: "2.0" },
];

test("a bundle brings everything that the lock names, and proves it, without a request", async () => {
  await using mirror = await startFakeMirror(packages);
  await using first = await temporaryStore();
  await using second = await temporaryStore();
  const bundle = await savedBundle({ mirror, stack, store: first.store });
  const asked = mirror.requests.length;
  const lock: LockHere = { current: undefined, copies: [] };

  const report = await loadBundle(
    aLoadContext({ store: second.store, lock }),
    inPieces(bundle),
    loadOptions(mirror),
  );

  // Three packages, and a release file with its index for each of three suites.
  expect(report).toMatchObject({
    stack: "t",
    targets: ["debian-12/amd64"],
    added: { files: 9 },
    held: { files: 0 },
    proof: { proved: 3, unproved: [] },
    lock: { file: "stack.lock.yaml", outcome: "written" },
    images: [],
  });
  expect(mirror.requests).toHaveLength(asked);
  await expect(blobsOf(second.store)).resolves.toEqual(await blobsOf(first.store));
  const again = await savedBundle({
    mirror,
    stack,
    store: second.store,
    offline: true,
    ...(lock.current === undefined ? {} : { lock: lock.current }),
  });
  expect(again.equals(bundle)).toBe(true);
  expect(mirror.requests).toHaveLength(asked);
});

test("the bytes depend neither on the store nor on the order in which it was filled", async () => {
  await using mirror = await startFakeMirror(packages);
  await using first = await temporaryStore();
  await using second = await temporaryStore();
  const { lock } = await lockPackages(aLockRequest({ mirror, store: first.store, stack }));
  // The other one holds more, came by it in another order, and gets its release files from the
  // mirror.
  const more = aPackageStack({ app: ["httpd", "libc6"] });
  await lockPackages(aLockRequest({ mirror, store: second.store, stack: more }));

  const one = await savedBundle({ mirror, stack, store: first.store, lock });
  const other = await savedBundle({ mirror, stack, store: second.store, lock });

  expect(one.equals(other)).toBe(true);
  const paths = readItems(one).map((item) => item.path);
  expect(paths.slice(0, 2)).toEqual(["bundle.json", "stack.lock.yaml"]);
  expect(paths.slice(2)).toEqual(paths.slice(2).toSorted());
});

test("all targets of a lock go into one bundle when that is asked for", async () => {
  const forAll = packages.map((each) => ({ ...each, architecture: "all" }));
  await using mirror = await startFakeMirror(forAll);
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const { lock, target } = await lockPackages(aLockRequest({ mirror, store, stack }));
  const other = aPackageStack({ base: ["libc6"] });
  const { target: second } = await lockPackages(aLockRequest({ mirror, store, stack: other }));
  const both: Lock = {
    ...lock,
    targets: new Map([
      ["debian-12/amd64", second],
      ["debian-12/arm64", { ...target, architecture: "arm64" as const }],
    ]),
  };
  const save = (allTargets: boolean): Promise<Buffer> =>
    savedBundle({ mirror, stack: other, store, lock: both, options: { allTargets } });

  const [own, all] = await Promise.all([
    listBundle(inPieces(await save(false)), "b.bundle"),
    listBundle(inPieces(await save(true)), "b.bundle"),
  ]);

  expect(own.targets.map((each) => [each.target, each.packages.length])).toEqual([
    ["debian-12/amd64", 1],
  ]);
  expect(all.targets.map((each) => [each.target, each.packages.length])).toEqual([
    ["debian-12/amd64", 1],
    ["debian-12/arm64", 3],
  ]);
});

test("what no signature proves goes into a bundle only where that is allowed, and is told", async () => {
  await using mirror = await startFakeMirror(packages);
  await using first = await temporaryStore();
  const { store } = first;
  const { lock } = await lockPackages(aLockRequest({ mirror, store, stack }));
  const told: RunEventBody[] = [];
  const save = (allowUnsigned: boolean, changed: Lock): Promise<Buffer> =>
    savedBundle({
      mirror,
      stack,
      store,
      lock: changed,
      allowUnsigned,
      onEvent: (event) => told.push(event),
    });
  const other = changeEach(lock, (entry) =>
    entry.name === "bash" ? { ...entry, version: "0.9", unsigned: true } : entry,
  );

  await expect(save(false, other)).rejects.toMatchObject({
    code: "package-unproved",
    message: "Nothing proves that bash 0.9 is the distribution's.",
  });
  await save(true, lock);
  expect(told.filter(({ type }) => type === "notice")).toEqual([]);
  expect((await save(true, other)).length).toBeGreaterThan(0);
  expect(told.filter(({ type }) => type === "notice").at(-1)).toEqual({
    type: "notice",
    level: "warning",
    message: "Nothing in the bundle proves that these are the distribution's: bash 0.9.",
    hint: expect.stringContaining("--allow-unsigned"),
  });
});

test("saving offline from an empty store names what lacks, and asks nobody", async () => {
  await using mirror = await startFakeMirror(packages);
  await using first = await temporaryStore();
  await using second = await temporaryStore();
  const { lock } = await lockPackages(aLockRequest({ mirror, store: first.store, stack }));
  const asked = mirror.requests.length;

  await expect(
    savedBundle({ mirror, stack, store: second.store, lock, offline: true }),
  ).rejects.toMatchObject({
    code: "offline",
    details: ["bash 1.0", "httpd 2.0", "libc6 1.0"],
    hint: expect.stringContaining("qclock bundle load FILE"),
  });
  expect(mirror.requests).toHaveLength(asked);
});

test("the list tells targets, packages and who signed them from the beginning alone", async () => {
  await using mirror = await startFakeMirror(packages);
  await using temporary = await temporaryStore();
  const bundle = await savedBundle({ mirror, stack, store: temporary.store });
  const end = bundle.indexOf("blobs/sha256/", bundle.lastIndexOf("reasons:")) + 512;

  const list = await listBundle(inPieces(bundle.subarray(0, end)), "b.bundle");

  expect(list).toMatchObject({ stack: "t", version: "0.0.0-test", images: [] });
  // Its head is not one of its files.
  const [, ...files] = readRaw(bundle);
  expect(list.files).toBe(files.length);
  expect(list.sizeBytes).toBe(files.reduce((sum, { content }) => sum + content.length, 0));
  expect(list).not.toHaveProperty("manifest");
  const [target] = list.targets;
  expect(target?.packages.map(({ image, name, version }) => [image, name, version])).toEqual([
    ["base", "bash", "1.0"],
    ["base", "libc6", "1.0"],
    ["app", "httpd", "2.0"],
  ]);
  expect(target?.packageBytes).toBeGreaterThan(220_000);
  expect(
    target?.signatures.map(({ suite, claimedKey, asLocked }) => [suite, claimedKey, asLocked]),
  ).toEqual(
    ["bookworm", "bookworm-updates", "bookworm-security"].map((suite) => [
      suite,
      mirror.keys[0]?.fingerprint,
      true,
    ]),
  );
});

describe("a lock that is here", () => {
  test("and says the same stays as it is, also when only one of the two knows a packages layer", async () => {
    await using mirror = await startFakeMirror(packages);
    await using temporary = await temporaryStore();
    const { store } = temporary;
    const { lock } = await lockPackages(aLockRequest({ mirror, store, stack }));
    const bundle = await savedBundle({ mirror, stack, store, lock });
    const here: LockHere = { current: withLayer(lock, "a"), copies: [] };

    const { lock: outcome } = await loadBundle(
      aLoadContext({ store, lock: here }),
      inPieces(bundle),
      loadOptions(mirror),
    );

    expect(outcome.outcome).toBe("unchanged");
    expect(here).toEqual({ current: withLayer(lock, "a"), copies: [] });
  });

  test("and is another one is not touched, and nothing is taken in", async () => {
    await using mirror = await startFakeMirror(packages);
    await using first = await temporaryStore();
    await using second = await temporaryStore();
    const bundle = await savedBundle({ mirror, stack, store: first.store });
    const other = await anotherLock(mirror, first.store);
    const here: LockHere = { current: other, copies: [] };

    const loading = loadBundle(
      aLoadContext({ store: second.store, lock: here }),
      inPieces(bundle),
      loadOptions(mirror),
    );

    await expect(loading).rejects.toMatchObject({
      code: "would-lose-data",
      message: expect.stringContaining("stack.lock.yaml"),
      hint: expect.stringContaining("--force"),
    });
    expect(here).toEqual({ current: other, copies: [] });
    await expect(blobsOf(second.store)).resolves.toEqual([]);
  });

  test("and is another one is kept as a copy when it is replaced", async () => {
    await using mirror = await startFakeMirror(packages);
    await using temporary = await temporaryStore();
    const { store } = temporary;
    const { lock } = await lockPackages(aLockRequest({ mirror, store, stack }));
    const bundle = await savedBundle({ mirror, stack, store, lock });
    const other = await anotherLock(mirror, store);
    const here: LockHere = { current: other, copies: [] };

    const { lock: outcome } = await loadBundle(
      aLoadContext({ store, lock: here }),
      inPieces(bundle),
      loadOptions(mirror, { force: true }),
    );

    expect(outcome).toMatchObject({ outcome: "replaced", copy: "stack.lock.yaml.bak" });
    expect(here.copies).toEqual([other]);
    expect(formatLock(here.current ?? other)).toBe(formatLock(lock));
  });

  test("with another digest of a packages layer is another lock", async () => {
    await using mirror = await startFakeMirror(packages);
    await using temporary = await temporaryStore();
    const { store } = temporary;
    const { lock } = await lockPackages(aLockRequest({ mirror, store, stack }));
    const bundle = await savedBundle({ mirror, stack, store, lock: withLayer(lock, "b") });
    const here: LockHere = { current: withLayer(lock, "a"), copies: [] };

    await expect(
      loadBundle(aLoadContext({ store, lock: here }), inPieces(bundle), loadOptions(mirror)),
    ).rejects.toMatchObject({ code: "would-lose-data" });
  });
});

describe("a bundle that came to harm", () => {
  test("when it is cut anywhere, leaves nothing, and is loaded later", async () => {
    await using mirror = await startFakeMirror(packages);
    await using first = await temporaryStore();
    await using second = await temporaryStore();
    const bundle = await savedBundle({ mirror, stack, store: first.store });
    const lock: LockHere = { current: undefined, copies: [] };
    const context = aLoadContext({ store: second.store, lock });

    for (const share of [0.05, 0.3, 0.6, 0.9, 0.995]) {
      const part = bundle.subarray(0, Math.floor(share * (bundle.length - 1024)));
      await expect(loadBundle(context, inPieces(part), loadOptions(mirror))).rejects.toMatchObject({
        code: "bundle-invalid",
        message: expect.stringContaining("cut short"),
      });
      await expect(blobsOf(second.store)).resolves.toEqual([]);
      expect(lock.current).toBeUndefined();
    }
    await loadBundle(context, inPieces(bundle), loadOptions(mirror));
    expect(lock.current).toBeDefined();
  });

  test("in a package, is refused with the package's digest, and leaves nothing", async () => {
    await using mirror = await startFakeMirror(packages);
    await using first = await temporaryStore();
    await using second = await temporaryStore();
    const bundle = await savedBundle({ mirror, stack, store: first.store });
    const damaged = Buffer.from(bundle);
    const at = damaged.indexOf("bash/1.0;bash/1.0;");
    damaged.writeUInt8(damaged.readUInt8(at) ^ 1, at);
    const lock: LockHere = { current: undefined, copies: [] };

    const loading = loadBundle(
      aLoadContext({ store: second.store, lock }),
      inPieces(damaged),
      loadOptions(mirror),
    );

    const digest = packageDigest(await lockOf(bundle), "bash");
    await expect(loading).rejects.toMatchObject({
      code: "bundle-invalid",
      message: expect.stringContaining(`instead of ${digest}`),
    });
    await expect(blobsOf(second.store)).resolves.toEqual([]);
    expect(lock.current).toBeUndefined();
  });

  test("a read that is interrupted leaves nothing unfinished", async () => {
    await using mirror = await startFakeMirror(packages);
    await using first = await temporaryStore();
    await using second = await temporaryStore();
    const bundle = await savedBundle({ mirror, stack, store: first.store });
    const stop = new AbortController();
    const source = async function* (): AsyncGenerator<Uint8Array> {
      yield bundle.subarray(0, bundle.length / 2);
      stop.abort(new Error("Ctrl-C"));
      yield bundle.subarray(bundle.length / 2);
    };

    await expect(
      loadBundle(
        aLoadContext({ store: second.store, signal: stop.signal }),
        source(),
        loadOptions(mirror),
      ),
    ).rejects.toThrow("Ctrl-C");
    await blobsOf(second.store);
  });

  test.skipIf(!canMount)("a store without room is told, and nothing stays in it", async () => {
    await using disk = await mountSmallDisk();
    const large = packages.map((each) => ({ ...each, fillBytes: smallDiskBytes / 2 }));
    await using mirror = await startFakeMirror(large);
    await using first = await temporaryStore();
    const bundle = await savedBundle({ mirror, stack, store: first.store });
    const store = await openStore(path.join(disk.path, "store"));
    const lock: LockHere = { current: undefined, copies: [] };

    await expect(
      loadBundle(aLoadContext({ store, lock }), inPieces(bundle), loadOptions(mirror)),
    ).rejects.toMatchObject({
      code: "disk-full",
      message: expect.stringContaining(store.directory),
    });
    await expect(blobsOf(store)).resolves.toEqual([]);
    expect(lock.current).toBeUndefined();
  });
});

test("two that load into one store at once both get everything", async () => {
  await using mirror = await startFakeMirror(packages);
  await using first = await temporaryStore();
  await using second = await temporaryStore();
  const bundle = await savedBundle({ mirror, stack, store: first.store });
  const load = async (): Promise<Lock | undefined> => {
    const lock: LockHere = { current: undefined, copies: [] };
    const context = aLoadContext({ store: second.store, lock });
    await loadBundle(context, inPieces(bundle), loadOptions(mirror));
    return lock.current;
  };

  const locks = await Promise.all([load(), load()]);

  expect(locks[0]).toEqual(locks[1]);
  expect(locks[0]).toBeDefined();
  await expect(blobsOf(second.store)).resolves.toEqual(await blobsOf(first.store));
});

describe("a bundle that somebody made up", () => {
  test("with another package and a lock that names it is refused, and no lock is written", async () => {
    await using mirror = await startFakeMirror(packages);
    await using first = await temporaryStore();
    const bundle = await savedBundle({ mirror, stack, store: first.store });
    const forged = await forge(bundle, { replace: "bash" });

    await expectRefusal(mirror, forged, {
      code: "signature-invalid",
      message: "bash 1.0 is not what the distribution signed.",
    });
  });

  test("that only a key of the user's own proves is refused without it", async () => {
    await using mirror = await startFakeMirror(packages);
    await using first = await temporaryStore();
    const { store } = first;
    const { lock } = await lockPackages(aLockRequest({ mirror, store, stack }));
    const bundle = await savedBundle({ mirror, stack, store, lock });
    const load = async (furtherKeys?: readonly PinnedKey[]): ReturnType<typeof loadBundle> => {
      await using here = await temporaryStore();
      const context = aLoadContext({ store: here.store, lock: { current: undefined, copies: [] } });
      const keys = furtherKeys === undefined ? {} : { furtherKeys };
      return await loadBundle(context, inPieces(bundle), loadOptions({ keys: [] }, keys));
    };
    await expect(load()).rejects.toMatchObject({ code: "signature-invalid" });
    expect((await load(mirror.keys)).proof).toMatchObject({ proved: 3, unproved: [] });
  });

  test("and without signatures is refused, whatever the lock here says; allowed, its packages are marked", async () => {
    await using mirror = await startFakeMirror(packages);
    await using first = await temporaryStore();
    const { store } = first;
    const { lock } = await lockPackages(aLockRequest({ mirror, store, stack }));
    const bundle = await savedBundle({ mirror, stack, store, lock });
    const bare = await forge(bundle, { unsigned: true });
    const refusal = {
      code: "package-unproved",
      message: "Nothing proves that 3 packages are the distribution's.",
      details: expect.arrayContaining(["bash 1.0", "httpd 2.0", "libc6 1.0"]),
      hint: expect.stringContaining("--allow-unsigned"),
    };

    await expectRefusal(mirror, bare, refusal);
    await expectRefusal(mirror, bare, refusal, lock);

    await using third = await temporaryStore();
    const trusting = loadOptions(mirror, { allowUnsigned: true });
    const here: LockHere = { current: undefined, copies: [] };
    const context = aLoadContext({ store: third.store, lock: here });
    const report = await loadBundle(context, inPieces(bare), trusting);
    expect(report).toMatchObject({ lock: { outcome: "written" }, proof: { proved: 0 } });
    expect(report.proof.unproved).toEqual(["bash 1.0", "httpd 2.0", "libc6 1.0"]);
    const marks = packagesOf(here.current).map(({ name, unsigned }) => [name, unsigned]);
    expect(marks).toEqual([
      ["bash", true],
      ["libc6", true],
      ["httpd", true],
    ]);
  });

  test("and lacks a package of its lock is refused before anything is taken in", async () => {
    await using mirror = await startFakeMirror(packages);
    await using first = await temporaryStore();
    const bundle = await savedBundle({ mirror, stack, store: first.store });

    await expectRefusal(mirror, await forge(bundle, { drop: "libc6" }), {
      code: "bundle-invalid",
      message: expect.stringContaining("it lacks libc6 1.0 (sha256:"),
    });
  });

  test("and has a lock that cannot be read is refused", async () => {
    await using mirror = await startFakeMirror(packages);
    await using first = await temporaryStore();
    const bundle = await savedBundle({ mirror, stack, store: first.store });

    await expectRefusal(mirror, await forge(bundle, { lockText: "version: 99\n" }), {
      code: "bundle-invalid",
      message: expect.stringContaining("its lock cannot be read"),
    });
  });
});

async function expectRefusal(
  mirror: FakeMirror,
  bundle: Buffer,
  error: Readonly<Record<string, unknown>>,
  here?: Lock,
): Promise<void> {
  await using temporary = await temporaryStore();
  const lock: LockHere = { current: here, copies: [] };
  const context = aLoadContext({ store: temporary.store, lock });
  await expect(loadBundle(context, inPieces(bundle), loadOptions(mirror))).rejects.toMatchObject(
    error,
  );
  // Nothing stays that a later command could take.
  await expect(blobsOf(temporary.store)).resolves.toEqual([]);
  expect(lock).toEqual({ current: here, copies: [] });
}

function packagesOf(lock: Lock | undefined): readonly LockedPackage[] {
  return [...(lock?.targets.values() ?? [])].flatMap((target) =>
    [...target.images.values()].flatMap((image) => image.packages),
  );
}

/** The same bundle with something changed in it, and everything else so that it fits. */
async function forge(
  bundle: Buffer,
  change: { replace?: string; drop?: string; unsigned?: boolean; lockText?: string },
): Promise<Buffer> {
  const [head, first, ...rest] = readRaw(bundle);
  const document = JSON.parse(head?.content.toString() ?? "") as BundleDocument;
  let lockText = change.lockText ?? first?.content.toString() ?? "";
  let members = rest.map(({ path: name, content }) => bytesMember(name, content));
  const lock = await lockOf(bundle);
  if (change.replace !== undefined) {
    const evil = bytesMember(`blobs/sha256/${sha256("evil")}`, Buffer.from("evil"));
    const digest = packageDigest(lock, change.replace);
    lockText = lockText.replace(digest.slice(7), sha256("evil"));
    members = [...members.filter(({ entry }) => entry.sha256 !== digest.slice(7)), evil];
  }
  if (change.drop !== undefined) {
    const digest = packageDigest(lock, change.drop);
    members = members.filter(({ entry }) => entry.sha256 !== digest.slice(7));
  }
  const targets =
    change.unsigned === true
      ? document.targets.map((each) => ({ ...each, evidence: [] }))
      : document.targets;
  const lockMember = bytesMember("stack.lock.yaml", Buffer.from(lockText));
  const pieces: Uint8Array[] = [];
  const forged = writeBundle({ ...document, targets, lock: `sha256:${lockMember.entry.sha256}` }, [
    lockMember,
    ...members,
  ]);
  for await (const piece of forged) pieces.push(Uint8Array.from(piece));
  return Buffer.concat(pieces);
}

/** Name and bytes of each file, read without the code under test. */
function readRaw(tar: Buffer): readonly { path: string; content: Buffer }[] {
  const files: { path: string; content: Buffer }[] = [];
  for (let at = 0; tar[at] !== 0 && at < tar.length;) {
    const size = Number.parseInt(tar.toString("latin1", at + 124, at + 135), 8);
    const name = tar.toString("latin1", at, at + 100).replace(/\0.*$/s, "");
    files.push({ path: name, content: tar.subarray(at + 512, at + 512 + size) });
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

async function lockOf(bundle: Buffer): Promise<Lock> {
  const parsed = parseLock(readRaw(bundle)[1]?.content.toString() ?? "", "stack.lock.yaml");
  if (!parsed.ok) throw new Error("the bundle's lock cannot be read");
  return parsed.value;
}

function packageDigest(lock: Lock, name: string): Digest {
  for (const target of lock.targets.values())
    for (const image of target.images.values())
      for (const each of image.packages) if (each.name === name) return each.digest;
  throw new Error(`no package ${name}`);
}

async function anotherLock(mirror: FakeMirror, store: Store): Promise<Lock> {
  const other = aPackageStack({ base: ["bash"] });
  return (await lockPackages(aLockRequest({ mirror, store, stack: other }))).lock;
}

function withLayer(lock: Lock, digit: string): Lock {
  const targets = [...lock.targets].map(([key, target]) => {
    const images = [...target.images].map(
      ([name, image]) =>
        [name, { ...image, packagesLayer: `sha256:${digit.repeat(64)}` as const }] as const,
    );
    return [key, { ...target, images: new Map(images) }] as const;
  });
  return { ...lock, targets: new Map(targets) };
}

/** The lock with each of its packages changed. */
function changeEach(lock: Lock, change: (entry: LockedPackage) => LockedPackage): Lock {
  const targets = [...lock.targets].map(([key, target]) => {
    const images = [...target.images].map(
      ([name, image]) => [name, { ...image, packages: image.packages.map(change) }] as const,
    );
    return [key, { ...target, images: new Map(images) }] as const;
  });
  return { ...lock, targets: new Map(targets) };
}

function sha256(content: string): string {
  return createHash("sha256").update(content).digest("hex");
}

test("the layer of scripts that were run comes along, and is known as such where it arrives", async () => {
  await using mirror = await startFakeMirror(packages);
  await using first = await temporaryStore();
  await using second = await temporaryStore();
  const { lock } = await lockPackages(aLockRequest({ mirror, store: first.store, stack }));
  const text = Buffer.from("a layer");
  const runLayer: Digest = `sha256:${createHash("sha256").update(text).digest("hex")}`;
  const lockWithRun: Lock = {
    ...lock,
    targets: new Map(
      [...lock.targets].map(([key, target]) => [
        key,
        {
          ...target,
          images: new Map(
            [...target.images].map(([name, image]) => [name, { ...image, runLayer }]),
          ),
        },
      ]),
    ),
  };
  const told: string[] = [];
  const onEvent = (event: RunEventBody): void => {
    if (event.type === "notice") told.push(event.message);
  };
  const save = (): Promise<Buffer> =>
    savedBundle({ mirror, stack, store: first.store, lock: lockWithRun, onEvent });

  const without = await save();
  expect(told).toEqual([
    "Not in the bundle, since it was not made here: what scripts make that are run, for base, app.",
  ]);
  await first.store.put(
    runLayer,
    (async function* () {
      yield text;
    })(),
  );
  const bundle = await save();
  expect(bundle.length).toBeGreaterThan(without.length);

  const load = { ...aLoadContext({ store: second.store }), emit: onEvent };
  await loadBundle(load, inPieces(bundle), loadOptions(mirror));
  expect(await second.store.find(runLayer)).toBeDefined();
  expect(await second.store.readNote("carried-run-layers", runLayer)).toBe(true);
  expect(told.at(-1)).toBe(
    "What scripts made that were run comes with the bundle and is taken as it is, for base, app.",
  );
});
