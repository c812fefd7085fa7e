import { expect, test } from "vitest";
import type { Digest } from "../../../../../src/digest.ts";
import { diffLocks } from "../../../../../src/packages/lock/diff/diff-locks.ts";
import { type Payload, readPayloads } from "../../../../../src/packages/lock/diff/payload.ts";
import type { LockedPackage } from "../../../../../src/packages/package.ts";
import type { Store } from "../../../../../src/store/store.ts";
import { aLock, aLockedImage, aLockTarget } from "../../../../support/a-lock.ts";
import { debOf, type DebParts, file, lockedOf } from "../../../../support/deb.ts";
import { temporaryStore } from "../../../../support/temporary-store.ts";

const setuid = { files: [file("usr/bin/a", "x", { mode: 0o4755 })] };

/** A package of a size, in the store. */
async function held(store: Store, parts: DebParts): Promise<LockedPackage> {
  const bytes = debOf({ fields: { "Installed-Size": "1" }, ...parts });
  const locked = lockedOf(parts, bytes);
  await store.put(
    locked.digest,
    (async function* () {
      yield bytes;
    })(),
  );
  return locked;
}

async function read(
  before: readonly LockedPackage[],
  after: Readonly<Record<string, readonly LockedPackage[]>>,
  store: Pick<Store, "find" | "readNote" | "writeNote">,
) {
  const progress: string[] = [];
  const diff = await diffLocks(
    aLock(aLockTarget({ app: aLockedImage(before) })),
    aLock(
      aLockTarget(
        Object.fromEntries(Object.entries(after).map(([name, some]) => [name, aLockedImage(some)])),
      ),
    ),
  );
  const payloads = await readPayloads(diff, store, (done, total) => {
    progress.push(`${done}/${total}`);
  });
  return { payloads, progress };
}

const size = { installedBytes: 1024 };

test("of what goes the size is read alone, and of a former version the files where the new one has bits", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const [plainOld, plainNew, bitsOld, bitsNew, gone, fresh] = await Promise.all([
    held(store, { name: "plain", version: "1", ...setuid }),
    held(store, { name: "plain", version: "2" }),
    held(store, { name: "bits", version: "1" }),
    held(store, { name: "bits", version: "2", ...setuid }),
    held(store, { name: "gone", ...setuid }),
    held(store, { name: "fresh", ...setuid }),
  ]);
  const { payloads, progress } = await read(
    [plainOld, bitsOld, gone],
    { app: [plainNew, bitsNew, fresh] },
    store,
  );

  const bits = { ...size, setuid: [{ path: "/usr/bin/a", mode: 0o4755, uid: 0, gid: 0 }] };
  expect(payloads).toEqual(
    new Map<Digest, Payload>([
      [fresh.digest, bits],
      [bitsNew.digest, bits],
      [plainNew.digest, { ...size, setuid: [] }],
      [bitsOld.digest, { ...size, setuid: [] }],
      [plainOld.digest, size],
      [gone.digest, size],
    ]),
  );
  expect(progress).toEqual(["1/6", "2/6", "3/6", "4/6", "5/6", "6/6"]);
});

test("what was read of one image counts for another one, and what was noted is not read again", async () => {
  await using temporary = await temporaryStore();
  const fresh = await held(temporary.store, { name: "fresh", ...setuid });
  const found: string[] = [];
  const notes = new Map<string, unknown>();
  const store = {
    find: async (digest: Digest) => {
      found.push(digest);
      return temporary.store.find(digest);
    },
    readNote: async (_kind: string, key: string) => notes.get(key),
    writeNote: async (_kind: string, key: string, value: unknown) => void notes.set(key, value),
  };
  const first = await read([], { app: [fresh], db: [fresh] }, store);
  expect(found).toEqual([fresh.digest]);
  expect(first.progress).toEqual(["1/2", "2/2"]);
  expect((await read([], { app: [fresh] }, store)).payloads).toEqual(first.payloads);
  expect(found).toEqual([fresh.digest]);

  for (const note of [null, "x", {}, { setuid: "x" }]) {
    notes.set(fresh.digest, note);
    expect((await read([], { app: [fresh] }, store)).payloads).toEqual(first.payloads);
  }
  expect(found).toHaveLength(5);
});

test("a size alone is not noted: the files may be asked for later", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const gone = await held(store, { name: "gone", ...setuid });
  expect((await read([gone], { app: [] }, store)).payloads).toEqual(new Map([[gone.digest, size]]));
  const { payloads } = await read([], { app: [gone] }, store);
  expect(payloads.get(gone.digest)?.setuid).toHaveLength(1);
});

test("what cannot be read as a package is not known, and neither is what is not there", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const odd = lockedOf({ name: "odd" }, Buffer.from("no package"));
  await store.put(
    odd.digest,
    (async function* () {
      yield Buffer.from("no package");
    })(),
  );
  const absent = lockedOf({ name: "absent" }, Buffer.from("x"));
  const { payloads, progress } = await read([], { app: [odd, absent] }, store);
  expect(payloads).toEqual(new Map());
  expect(progress).toEqual(["1/2", "2/2"]);
});
