import type { LockedPackage, LockTarget } from "../package.ts";
import { proofOf, type ProveRequest } from "./prove-lock.ts";
import { unprovedError } from "./unproved.ts";

/**
 * Who signed some packages of a target, by the fingerprint of the key: each is proved now. A
 * package that the lock marks as unsigned is left out where nothing proves it.
 *
 * Throws `package-unproved` for one that is not marked, and `signature-invalid`.
 */
export async function signersOf(
  target: LockTarget,
  packages: readonly LockedPackage[],
  request: Omit<ProveRequest, "os" | "architecture" | "packages" | "repositories">,
): Promise<ReadonlyMap<LockedPackage, string>> {
  const { os, architecture, repositories } = target;
  const signers = new Map<LockedPackage, string>();
  for (const entry of packages) {
    const all = { ...request, os, architecture, repositories, packages: [entry] };
    const { proof, reasons } = await proofOf(all, entry);
    if (proof !== undefined) signers.set(entry, proof.signedBy);
    else if (entry.unsigned !== true) throw unprovedError([entry], reasons);
  }
  return signers;
}
