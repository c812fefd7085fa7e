import { QclockError } from "../../error.ts";
import { type FetchableFile, refuseMissing } from "../fetch/fetch.ts";
import { findVanished } from "../fetch/find-vanished.ts";
import { loadFamily } from "../families.ts";
import type { LockedPackage, LockTarget } from "../package.ts";
import { proofKey } from "./proof.ts";
import { type LockProof, proveLock, type ProveRequest } from "./prove-lock.ts";
import { namesOf, UNSIGNED_FLAG, unprovedError } from "./unproved.ts";
import { VanishedError } from "../fetch/vanished.ts";

/** Whose packages are to be proved, and whether unproved ones are taken. */
export interface ProveTargetRequest extends Omit<
  ProveRequest,
  "os" | "architecture" | "packages" | "repositories"
> {
  readonly mode: "use" | "locked" | "update";
  /** Take packages that nothing proves, and mark them; absent: refuse them. */
  readonly allowUnsigned?: boolean;
}

/**
 * Prove every package of a target. The result is the target itself, or one in which exactly those
 * packages are marked that nothing proves, as `--allow-unsigned` lets them be.
 *
 * Throws `package-unproved`, or `package-vanished` for what is nowhere to be had either; `offline`
 * where the packages themselves are not in the store either; `lock-outdated` in `locked` mode for
 * an unproved package that the lock does not mark; and `signature-invalid`, whatever the flag, for
 * one that a signed index tells something else about.
 */
export async function proveTarget(
  request: ProveTargetRequest,
  target: LockTarget,
): Promise<LockTarget> {
  const { mode, allowUnsigned = false } = request;
  const all = [...target.images.values()].flatMap(({ packages }) => packages);
  const { os, architecture, repositories } = target;
  const { arePackagesSigned } = await loadFamily(os);
  // Where the mark is accepted nobody is asked again in each run. Where the package's own file
  // proves it the mark says nothing: whoever changed the lock would write it beside other bytes.
  const packages =
    allowUnsigned && !arePackagesSigned ? all.filter(({ unsigned }) => unsigned !== true) : all;
  const proof = await proveLock({ ...request, os, architecture, repositories, packages });
  if (proof.unproved.length > 0) {
    // What is not even here is brought by the same bundle that proves it.
    if (request.downloader.offline) await refuseMissing(filesOf(all), request.downloader);
    if (!allowUnsigned) await refuse({ ...request, repositories }, proof);
    const others = proof.unproved.filter(({ unsigned }) => unsigned !== true);
    if (mode === "locked" && others.length > 0) throw unmarked(others);
  }
  if (mode === "locked") return target;
  const proved = new Set(packages.map(proofKey));
  for (const each of proof.unproved) proved.delete(proofKey(each));
  return withMarks(target, (entry) => !proved.has(proofKey(entry)));
}

/**
 * Throws `package-vanished` when all that is unproved is nowhere to be had, so that nothing could
 * be unpacked; else `package-unproved`.
 */
async function refuse(
  request: Parameters<typeof findVanished>[1],
  { unproved, reasons }: LockProof,
): Promise<never> {
  const vanished = await findVanished(unproved, request);
  if (vanished.length < unproved.length)
    throw unprovedError(
      unproved.filter((entry) => !vanished.includes(entry)),
      reasons,
    );
  throw new VanishedError(filesOf(vanished));
}

/** The target with a mark on exactly those packages; the same one where nothing changes. */
export function withMarks(
  target: LockTarget,
  isUnsigned: (entry: LockedPackage) => boolean,
): LockTarget {
  let changed = false;
  const mark = (entry: LockedPackage): LockedPackage => {
    if (isUnsigned(entry) === (entry.unsigned === true)) return entry;
    changed = true;
    const { unsigned: _, ...plain } = entry;
    return isUnsigned(entry) ? { ...plain, unsigned: true } : plain;
  };
  const images = new Map(
    [...target.images].map(([name, image]) => [
      name,
      { ...image, packages: image.packages.map(mark) },
    ]),
  );
  return changed ? { ...target, images } : target;
}

function filesOf(
  packages: readonly LockedPackage[],
): readonly Pick<FetchableFile, "name" | "digest" | "sizeBytes">[] {
  const files = packages.map(({ name, version, digest, sizeBytes }) => ({
    name: `${name} ${version}`,
    digest,
    sizeBytes,
  }));
  return [...new Map(files.map((file) => [file.digest, file])).values()];
}

function unmarked(packages: readonly LockedPackage[]): QclockError {
  const names = namesOf(packages);
  return new QclockError(
    "lock-outdated",
    `The lock does not mark ${names.length === 1 ? names[0] : `${names.length} packages`} as unsigned, and nothing proves ${names.length === 1 ? "it" : "them"}.`,
    {
      details: names.length === 1 ? [] : names.slice(0, 10),
      hint: `Run \`qclock lock ${UNSIGNED_FLAG}\`, review the difference and commit it.`,
    },
  );
}
