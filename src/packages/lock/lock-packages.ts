import { QclockError } from "../../error.ts";
import { platforms } from "../../os.ts";
import type { Stack } from "../../stack/stack.ts";
import { canonicalJson } from "../canonical-json.ts";
import { carryLayers } from "./carry-layers.ts";
import { choosePackages } from "../choose-packages.ts";
import { fitsManifest } from "./foresee.ts";
import { assembledImages } from "../../stack/images/assembled-images.ts";
import { packageInputs } from "./inputs.ts";
import { describeLockChanges, missingPackages } from "./changes.ts";
import type { LockRequest, LockResult } from "./request.ts";
import { refuseUnknown } from "./locked-names.ts";
import type { Lock, LockedImage, LockTarget } from "../package.ts";
import { proveTarget } from "../proof/prove-target.ts";
import type { ResolvedPackage } from "../resolve/reasons.ts";
import { lockedArtifacts, fetchForLock } from "./lock-artifacts.ts";
import { resolveTarget } from "./resolve-target.ts";

/** Key of a target in the lock. */
export function targetKey(stack: Pick<Stack, "os" | "architecture">): string {
  return `${stack.os}/${stack.architecture}`;
}

/**
 * Names to exact packages, artifacts to their sizes. With a lock that fits the manifest and was
 * proved before this is a comparison of digests and sends no request. A stale lock is resolved
 * again with its own versions preferred, so that only what the manifest's change needs moves.
 * Whatever the lock says, each package in the result is proved.
 *
 * Throws `lock-outdated` in `locked` mode, `unknown-package` for a name in `move` that the lock
 * lacks, `package-unproved` and `signature-invalid`, and what resolving and fetching throw.
 */
export async function lockPackages(request: LockRequest): Promise<LockResult> {
  const { stack, existing } = request;
  const key = targetKey(stack);
  const current = existing?.targets.get(key);
  const fitting = await fitOrResolve(request, current);
  const target = await proveTarget(request, fitting);
  // An update may find that everything is at its newest already.
  const isSame = target === current || canonicalJson(current ?? {}) === canonicalJson(target);
  if (existing !== undefined && isSame) return { lock: existing, target, changed: false };
  const targets = new Map([...(existing?.targets ?? []), [key, target]]);
  return { lock: { version: 2, targets }, target, changed: true };
}

async function fitOrResolve(
  request: LockRequest,
  current: LockTarget | undefined,
): Promise<LockTarget> {
  const { stack, mode, move } = request;
  if (mode === "locked") refuseOutdated(stack, request.existing);
  if (current !== undefined && mode !== "update" && fitsManifest(stack, current)) return current;
  if (move !== undefined) refuseUnknown(move, current);
  const inputs = packageInputs(stack);
  const target = isForOtherFiles(request, current)
    ? { ...current, inputs, images: await withArtifacts(request, current) }
    : carryLayers(stack, current, await resolveTarget(request, inputs, current));
  return { ...target, images: await lockWheels(request, target.images, current) };
}

/** Throws `lock-outdated` when a lock is missing or was made for another manifest. */
export function refuseOutdated(stack: Stack, existing: Lock | undefined): void {
  const key = targetKey(stack);
  const current = existing?.targets.get(key);
  if (current !== undefined && fitsManifest(stack, current)) return;
  // Named in full: by itself `qclock lock` may be about another one.
  const target = `--os ${stack.os} --platform ${platforms[stack.architecture].name}`;
  throw new QclockError(
    "lock-outdated",
    current === undefined
      ? `stack.lock.yaml has no entry for ${key}.`
      : `stack.lock.yaml was made for other packages, artifacts or wheels than the manifest asks for on ${key}.`,
    {
      hint: `Run \`qclock lock${current === undefined ? ` ${target}` : ""}\`, review the difference and commit it.`,
      details: current === undefined ? [] : describeLockChanges(stack, current),
    },
  );
}

/** Loaded where it is needed: most stacks have no Python packages. */
async function lockWheels(
  request: LockRequest,
  images: LockTarget["images"],
  current: LockTarget | undefined,
): Promise<LockTarget["images"]> {
  if (assembledImages(request.stack).every(({ wheels }) => wheels === undefined)) return images;
  const { withWheels } = await import("./lock-wheels.ts");
  return await withWheels(request, images, current);
}

/**
 * Whether artifacts and wheels alone differ from the lock: then the packages stay as they are, and
 * no mirror is asked.
 */
function isForOtherFiles(
  { stack, mode }: LockRequest,
  current: LockTarget | undefined,
): current is LockTarget {
  if (current === undefined || mode === "update") return false;
  const locked = packageInputs(stack, ({ name }) => {
    const { artifacts = [], wheels } = current.images.get(name) ?? {};
    return { artifacts, requirements: wheels?.requirements };
  });
  // A package that was taken out by hand has to be resolved like one that is new.
  return locked === current.inputs && missingPackages(stack, current).length === 0;
}

async function withArtifacts(
  request: LockRequest,
  current: LockTarget,
): Promise<LockTarget["images"]> {
  request.onPhase("Fetching artifacts");
  const paths = await fetchForLock(request, []);
  const images = new Map<string, LockedImage>();
  for (const { name, artifacts } of assembledImages(request.stack)) {
    const {
      artifacts: _,
      wheels: _wheels,
      ...image
    } = current.images.get(name) ?? { packages: [] };
    images.set(name, { ...image, ...(await lockedArtifacts(request, artifacts, paths)) });
  }
  return images;
}

/**
 * The packages that the mirrors would give each image now. Reads indexes; fetches no package and
 * writes nothing.
 */
export async function resolveOnly(
  request: LockRequest,
): Promise<ReadonlyMap<string, readonly ResolvedPackage[]>> {
  const current = request.existing?.targets.get(targetKey(request.stack));
  return (await choosePackages(request, current)).resolved;
}
