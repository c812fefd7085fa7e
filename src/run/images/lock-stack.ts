import { countOf } from "../../count.ts";
import { foreseeLock, type ForeseenLock, type LockNeed } from "../../packages/lock/foresee.ts";
import { lockPackages, refuseOutdated, resolveOnly } from "../../packages/lock/lock-packages.ts";
import type { LockRequest } from "../../packages/lock/request.ts";
import type { Lock, LockedImage, LockTarget } from "../../packages/package.ts";
import { namesOf } from "../../packages/proof/unproved.ts";
import type { RunContext } from "../context.ts";
import { phaseSequence } from "../execution/phase.ts";

/**
 * What is done about a lock that is missing or stale. `write`: it is resolved and written.
 * `foresee`: what it lacks is told, and nobody is asked. `resolve`: the mirrors are asked for the
 * versions, and nothing is fetched or written.
 */
export type LockUse = "write" | "foresee" | "resolve";

/**
 * The lock that a run works with; see `LockUse`. In `locked` mode one that does not fit is refused,
 * whoever asks.
 */
export async function openLock(context: RunContext, lockUse: LockUse): Promise<ForeseenLock> {
  if (lockUse === "write") return await lockStack(context);
  // Nothing is unpacked, so that nothing need be proved, for which mirrors might have to be asked.
  if (context.lockMode === "locked") refuseOutdated(context.stack, context.lock);
  const foreseen = foreseeLock(context.stack, context.lock);
  if (lockUse === "foresee" || foreseen.need === undefined) return foreseen;
  return { ...foreseen, need: await resolveNeed(context, foreseen.need) };
}

/** What is needed, with the packages that the mirrors would give. */
async function resolveNeed(context: RunContext, need: LockNeed): Promise<LockNeed> {
  const { request, finish } = lockRequest(context);
  const resolved = await resolveOnly(request);
  finish("");
  const images = need.images.map((image) => ({
    ...image,
    pins: (resolved.get(image.name) ?? []).map(({ package: { name, version, sizeBytes } }) => ({
      name,
      version,
      sizeBytes,
    })),
  }));
  return { ...need, images };
}

/** Resolve what the lock lacks, and write it. With a fresh lock nothing is asked of any mirror. */
export async function lockStack(
  context: RunContext,
): Promise<{ readonly lock: Lock; readonly target: LockTarget; readonly changed: boolean }> {
  const { request, finish } = lockRequest(context);
  const result = await lockPackages(request);
  finish(countPinned(result.target));
  warnOfUnsigned(context, result.target);
  if (result.changed) await context.writeLock(result.lock);
  return result;
}

/** A request that reports each phase; `finish` ends the last one with a note. */
function lockRequest(context: RunContext): {
  readonly request: LockRequest;
  readonly finish: (note: string) => void;
} {
  const { stack, emit } = context;
  const { onPhase, onProgress, finish } = phaseSequence(context, "lock");
  const request: LockRequest = {
    stack,
    existing: context.lock,
    mode: context.lockMode,
    ...(context.move === undefined ? {} : { move: context.move }),
    ...(context.keys === undefined ? {} : { keys: context.keys }),
    ...(context.allowUnsigned === true ? { allowUnsigned: true } : {}),
    mirrors: context.mirrors,
    artifactMirror: context.artifactMirror,
    pythonIndex: context.pythonIndex,
    downloader: context.downloader,
    now: new Date(),
    onNotice: (message) => emit({ type: "notice", level: "warning", message }),
    onPhase,
    onProgress,
    signal: context.signal,
  };
  return { request, finish };
}

/** Said in each run that takes such packages: nobody may forget that they are there. */
function warnOfUnsigned({ emit }: RunContext, { images }: LockTarget): void {
  const all = [...images.values()].flatMap(({ packages }) => packages);
  const names = namesOf(all.filter(({ unsigned }) => unsigned === true));
  if (names.length === 0) return;
  emit({
    type: "notice",
    level: "warning",
    message: `Nothing proves that these are the distribution's: ${names.join(", ")}.`,
  });
}

/** `210 packages`, or `210 packages, 2 artifacts, 12 wheels`. */
function countPinned({ images }: LockTarget): string {
  const count = (of: (image: LockedImage) => readonly unknown[] | undefined): number =>
    images.values().reduce((sum, image) => sum + (of(image)?.length ?? 0), 0);
  const artifacts = count((image) => image.artifacts);
  const packages = countOf(
    count((image) => image.packages),
    "package",
  );
  const wheels = count((image) => image.wheels?.files);
  return [
    packages,
    ...(artifacts === 0 ? [] : [countOf(artifacts, "artifact")]),
    ...(wheels === 0 ? [] : [countOf(wheels, "wheel")]),
  ].join(", ");
}
