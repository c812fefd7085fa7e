import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "vitest";
import type { Digest } from "../../../../src/digest.ts";
import type { LockedPackage } from "../../../../src/packages/package.ts";
import type { Proof } from "../../../../src/packages/proof/evidence.ts";
import { proofKey } from "../../../../src/packages/proof/proof.ts";
import { provePackages } from "../../../../src/packages/rpm/prove.ts";
import type { Store } from "../../../../src/store/store.ts";
import { aLockedPackage } from "../../../support/a-lock.ts";
import { aPackage, type PackageOptions } from "../../../support/rpm/a-package.ts";
import { aTestKey, type TestKey } from "../../../support/rpm/an-open-pgp-key.ts";
import { temporaryStore } from "../../../support/temporary-store.ts";

let key: TestKey;

beforeAll(() => {
  key = aTestKey();
});

function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

async function put(store: Store, bytes: Uint8Array): Promise<string> {
  return await store.put(
    digestOf(bytes),
    (async function* () {
      yield await Promise.resolve(bytes);
    })(),
  );
}

/** The lock of a package, as it is when nobody changed it. */
function locked(bytes: Uint8Array, parts: Partial<LockedPackage> = {}): LockedPackage {
  return aLockedPackage("hello 1.0-1.el9", {
    architecture: "x86_64",
    sizeBytes: bytes.length,
    digest: digestOf(bytes),
    source: "hello",
    sourceVersion: "1.0-1.el9",
    buildTime: 1_704_067_200,
    ...parts,
  });
}

async function prove(store: Store, packages: readonly LockedPackage[]): Promise<Proof> {
  const now = new Date(0);
  return await provePackages({
    os: "debian-12",
    store,
    keys: [key],
    now,
    packages,
    evidence: [],
  });
}

describe("a locked package", () => {
  test("is proved by its own signature", async () => {
    await using temporary = await temporaryStore();
    const bytes = aPackage({ key });
    await put(temporary.store, bytes);
    const entry = locked(bytes);
    const { proofs, unproved } = await prove(temporary.store, [entry, entry]);
    expect([...proofs]).toEqual([
      [proofKey(entry), { type: "package", signedBy: key.fingerprint }],
    ]);
    expect(unproved).toEqual([]);
  });

  test("that the store does not have stays unproved", async () => {
    await using temporary = await temporaryStore();
    const entry = locked(aPackage({ key }));
    const { proofs, unproved } = await prove(temporary.store, [entry]);
    expect(proofs.size).toBe(0);
    expect(unproved).toEqual([entry]);
  });

  test("that the store has spoilt stays unproved, and leaves the store", async () => {
    await using temporary = await temporaryStore();
    const bytes = aPackage({ key });
    const file = await put(temporary.store, bytes);
    for (const spoilt of [bytes.subarray(0, 50), Buffer.concat([bytes, Buffer.alloc(1)])]) {
      await writeFile(file, spoilt);
      const entry = locked(bytes);
      expect((await prove(temporary.store, [entry])).unproved).toEqual([entry]);
      expect(await temporary.store.find(entry.digest)).toBeUndefined();
    }
  });

  test.each<[string, PackageOptions]>([
    ["nobody signed", {}],
    ["another key signed", { key: aTestKey() }],
  ])("that %s is refused", async (_, options) => {
    await using temporary = await temporaryStore();
    const bytes = aPackage(options);
    await put(temporary.store, bytes);
    await expect(prove(temporary.store, [locked(bytes)])).rejects.toMatchObject({
      code: "signature-invalid",
    });
  });

  test.each<[string, Partial<LockedPackage>, string]>([
    ["size", { sizeBytes: 1 }, "size: 1 in the lock, "],
    ["source", { source: "other" }, "source: other 1.0-1.el9 in the lock, hello 1.0-1.el9 in"],
    [
      "source's version",
      { sourceVersion: "2-1" },
      "source: hello 2-1 in the lock, hello 1.0-1.el9",
    ],
    ["build time", { buildTime: 1 }, "build time: 1 in the lock, 1704067200 in the package"],
  ])("of which the lock changed the %s is refused", async (_, parts, detail) => {
    await using temporary = await temporaryStore();
    const bytes = aPackage({ key });
    await put(temporary.store, bytes);
    await expect(prove(temporary.store, [locked(bytes, parts)])).rejects.toMatchObject({
      code: "signature-invalid",
      message: "hello 1.0-1.el9 is not what the lock says that it is.",
      details: [expect.stringContaining(detail)],
    });
  });

  test("of which the lock changed the version is refused", async () => {
    await using temporary = await temporaryStore();
    const bytes = aPackage({ key });
    await put(temporary.store, bytes);
    await expect(
      prove(temporary.store, [locked(bytes, { version: "9.0-1.el9" })]),
    ).rejects.toMatchObject({
      code: "signature-invalid",
      message: "hello 9.0-1.el9 (x86_64) is refused: its file holds hello 1.0-1.el9 (x86_64).",
    });
  });
});
