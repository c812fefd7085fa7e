import { stat } from "node:fs/promises";
import { shown } from "../../archive/name.ts";
import { QclockError } from "../../error.ts";
import type { LockedPackage } from "../package.ts";
import type { Proof, ProvePackagesRequest } from "../proof/evidence.ts";
import type { PinnedKey } from "../proof/pinned-key.ts";
import { type OwnProof, proofKey } from "../proof/proof.ts";
import { keysOf } from "./keys/of.ts";
import { readPackageFile } from "./file/package-file.ts";
import { sourcePackageOf } from "./header/source-package.ts";
import { tags } from "./header/tags.ts";
import { verifyPackage } from "./file/verify-package.ts";

/**
 * Prove packages by their own signatures; their repositories' metadata proves nothing here. Those
 * that the store does not have stay unproved, and so do those that it has spoilt, which leave it.
 *
 * Throws `signature-invalid` for a package that no trusted key signed, and for one that says
 * something else of itself than the lock.
 */
export async function provePackages(request: ProvePackagesRequest): Promise<Proof> {
  const { os, store, packages, keys = keysOf(os) } = request;
  const proofs = new Map<string, OwnProof>();
  for (const locked of packages) {
    const key = proofKey(locked);
    const file = proofs.has(key) ? undefined : await store.find(locked.digest);
    if (file === undefined) continue;
    try {
      proofs.set(key, await proveFile(file, locked, keys));
    } catch (error) {
      // Disks forget, and somebody else may have written there: it is fetched again by whoever
      // needs it.
      if (!(error instanceof QclockError) || error.code !== "digest-mismatch") throw error;
      await store.remove(locked.digest);
    }
  }
  return { proofs, unproved: packages.filter((each) => !proofs.has(proofKey(each))) };
}

/**
 * Prove that a file is the package that a lock names, in all that the lock says of it. Throws as
 * `verifyPackage`, and `signature-invalid` where the package says something else than the lock.
 */
export async function proveFile(
  file: string,
  locked: LockedPackage,
  keys: readonly PinnedKey[],
): Promise<OwnProof> {
  const signedBy = await verifyPackage(file, { keys, expected: locked });
  const { header } = await readPackageFile(file);
  const { source, sourceVersion } = sourcePackageOf(header.text(tags.sourceRpm), locked);
  const { size } = await stat(file);
  const facts: readonly (readonly [string, string | number, string | number])[] = [
    ["size", locked.sizeBytes, size],
    ["source", `${locked.source} ${locked.sourceVersion}`, `${source} ${sourceVersion}`],
    ["build time", locked.buildTime, header.numbers(tags.buildTime)[0] ?? 0],
  ];
  const others = facts.filter(([, mine, signed]) => mine !== signed);
  if (others.length === 0) return { type: "package", signedBy };
  throw new QclockError(
    "signature-invalid",
    `${locked.name} ${locked.version} is not what the lock says that it is.`,
    {
      details: others.map(
        ([fact, mine, signed]) =>
          `${fact}: ${mine} in the lock, ${shown(String(signed))} in the package`,
      ),
      hint: `Somebody changed the lock. Nothing of the package was used. Take it as it is with \`qclock lock --update ${locked.name}\`.`,
    },
  );
}
