import { QclockError } from "../../error.ts";
import type { Stack } from "../../stack/stack.ts";
import type { IndexedPackage, PackageIndex } from "../package-index.ts";
import { assembledImages } from "../../stack/images/assembled-images.ts";
import { HeldBackError } from "./held-back.ts";
import type { ResolvedPackage } from "./reasons.ts";
import { resolveInSteps, type ResolveRequest } from "./resolve-packages.ts";
import type { Steps } from "./steps.ts";
import type { ResolverRules } from "./rules.ts";
import { refuseWrongNames } from "./wanted-names.ts";

export interface ResolveImagesRequest {
  readonly stack: Stack;
  readonly index: PackageIndex;
  readonly rules: ResolverRules;
  /** Versions to stay at, by package name. */
  readonly locked: ReadonlyMap<string, string>;
  /** Packages that are to leave theirs for the newest version. */
  readonly move: ReadonlySet<string>;
}

/**
 * The packages that each image of a stack adds to its parent. A version that was to stay moves when
 * a package that moved needs it to. A package that was to be the newest is an older one where the
 * newest does not go with the rest, at worst the one that it was. Between its steps it may be left.
 *
 * Throws `unknown-package` with all names that are none, and what `resolvePackages` throws, with
 * the image's place in the manifest.
 */
export function* resolveImages(
  request: ResolveImagesRequest,
): Steps<ReadonlyMap<string, readonly ResolvedPackage[]>> {
  const { stack, index, rules, locked, move } = request;
  refuseWrongNames(stack, index);
  const keep = new Map([...locked].filter(([name]) => !move.has(name)));
  const newest = new Set(move);
  // Each round lets go of a name at least, so there are hardly more rounds than names.
  for (;;) {
    try {
      return yield* resolveOnce({ stack, index, rules, keep, newest });
    } catch (error) {
      if (!(error instanceof HeldBackError)) throw error;
      for (const name of error.names) if (!keep.delete(name)) newest.delete(name);
    }
  }
}

type Attempt = Pick<ResolveImagesRequest, "stack" | "index" | "rules"> &
  Required<Pick<ResolveRequest, "keep" | "newest">>;

function* resolveOnce(attempt: Attempt): Steps<ReadonlyMap<string, readonly ResolvedPackage[]>> {
  const { stack, index, rules, keep, newest } = attempt;
  const resolved = new Map<string, readonly ResolvedPackage[]>();
  const held = new Map<string, readonly IndexedPackage[]>();
  for (const image of assembledImages(stack)) {
    const installed = image.parent === undefined ? [] : (held.get(image.parent) ?? []);
    const { name, packages: wanted } = image;
    const essential = image.essential ? index.essential() : [];
    const closure = yield* withPlace(
      stack,
      name,
      resolveInSteps({ image: name, wanted, essential, installed, keep, newest, index, rules }),
    );
    resolved.set(name, closure);
    held.set(name, [...installed, ...closure.map((entry) => entry.package)]);
  }
  return resolved;
}

/** Tell where in the manifest the image with the wrong package stands. */
function* withPlace<Value>(stack: Stack, image: string, work: Steps<Value>): Steps<Value> {
  try {
    return yield* work;
  } catch (error) {
    const place = stack.locations.get(`images.${image}`);
    if (!(error instanceof QclockError) || place === undefined) throw error;
    const placed = new QclockError(error.code, error.message, {
      hint: error.hint,
      details: [`${place.file}:${place.line}:${place.column}: image "${image}"`, ...error.details],
    });
    throw error instanceof HeldBackError ? new HeldBackError(error.names, placed) : placed;
  }
}
