import { expect, test } from "vitest";
import type { LockedPackage } from "../../../../src/packages/package.ts";
import {
  isSetProved,
  type PackageProof,
  proofKey,
  type ProofScope,
  recallProof,
  rememberProof,
  rememberSet,
} from "../../../../src/packages/proof/proof.ts";
import { aDigest, aLockedPackage } from "../../../support/a-lock.ts";
import { temporaryStore } from "../../../support/temporary-store.ts";

const [key, otherKey] = ["A".repeat(40), "B".repeat(40)];
const entry = aLockedPackage("bash 5");
const proof: PackageProof = {
  repository: "bookworm",
  archive: "main",
  release: aDigest("release"),
  indexPath: "main/binary-amd64/Packages.xz",
  index: aDigest("index"),
  signedBy: key,
};

function scopeOf(store: ProofScope["store"], ...trusted: readonly string[]): ProofScope {
  return { os: "debian-12", trusted: new Set(trusted), store };
}

test("a proof is kept for the same facts, the same system, and while its key is trusted", async () => {
  await using held = await temporaryStore();
  const scope = scopeOf(held.store, key, otherKey);
  await rememberProof(scope, entry, proof);

  expect(await recallProof(scope, entry)).toEqual(proof);
  expect(
    await recallProof(scope, { ...entry, reasons: [], path: "elsewhere" } as LockedPackage),
  ).toEqual(proof);
  expect(await recallProof(scopeOf(held.store, otherKey), entry)).toBeUndefined();
  expect(await recallProof({ ...scope, os: "debian-13" }, entry)).toBeUndefined();
  const others: readonly Partial<LockedPackage>[] = [
    { name: "dash" },
    { version: "6" },
    { architecture: "all" },
    { sizeBytes: 1 },
    { source: "other" },
    { sourceVersion: "6" },
    { digest: aDigest("other") },
  ];
  for (const parts of others) {
    expect(proofKey({ ...entry, ...parts })).not.toBe(proofKey(entry));
    expect(await recallProof(scope, { ...entry, ...parts })).toBeUndefined();
  }
});

test("the signature of a package itself is kept as its proof", async () => {
  await using held = await temporaryStore();
  const own: PackageProof = { type: "package", signedBy: key };
  await rememberProof(scopeOf(held.store, key), entry, own);

  expect(await recallProof(scopeOf(held.store, key), entry)).toEqual(own);
  expect(await recallProof(scopeOf(held.store, otherKey), entry)).toBeUndefined();
});

test.each<readonly [what: string, note: unknown]>([
  ["nothing", null],
  ["a text", "proof"],
  ["no proof", { package: proofKey(entry) }],
  ["no package", { proof }],
  ["a proof that is none", { package: proofKey(entry), proof: "x" }],
  ["a proof of nothing", { package: proofKey(entry), proof: null }],
  ["a signature of nobody", { package: proofKey(entry), proof: { type: "package" } }],
  ["a proof that was cut short", { package: proofKey(entry), proof: { signedBy: key } }],
])("a note that holds %s proves nothing", async (_, note) => {
  await using held = await temporaryStore();
  const name = `debian-12-${entry.digest.slice("sha256:".length)}`;
  await held.store.writeNote("package-proof", name, note);
  expect(await recallProof(scopeOf(held.store, key), entry)).toBeUndefined();
});

test("a whole lock is known as proved by its packages in any order, with the same keys", async () => {
  await using held = await temporaryStore();
  const scope = scopeOf(held.store, key, otherKey);
  const perl = aLockedPackage("perl 5");
  expect(await isSetProved(scope, [entry, perl])).toBe(false);
  await rememberSet(scope, [entry, perl]);

  expect(await isSetProved(scope, [perl, entry, perl])).toBe(true);
  expect(await isSetProved(scopeOf(held.store, otherKey, key), [entry, perl])).toBe(true);
  expect(await isSetProved(scope, [entry])).toBe(false);
  expect(await isSetProved(scopeOf(held.store, key), [entry, perl])).toBe(false);
  expect(await isSetProved({ ...scope, os: "debian-13" }, [entry, perl])).toBe(false);
});

test.each([null, "proved", { proved: false }, {}])(
  "a note of %j says nothing of a lock",
  async (note) => {
    await using held = await temporaryStore();
    const store = { ...held.store, readNote: async () => note };
    expect(await isSetProved(scopeOf(store, key), [entry])).toBe(false);
  },
);
