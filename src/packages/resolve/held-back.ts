import { QclockError } from "../../error.ts";
import type { IndexedPackage } from "../package-index.ts";
import type { CandidatesRequest } from "./candidates.ts";
import type { Choice, DeadEnd } from "./choice.ts";
import type { SearchFailure } from "./search.ts";

/**
 * Resolving fails, but might not if these packages need not stay at the version of an earlier lock,
 * or need not be the newest: the caller may let go of them and try again.
 */
export class HeldBackError extends QclockError {
  readonly names: readonly string[];

  constructor(names: readonly string[], error: QclockError) {
    super(error.code, error.message, { hint: error.hint, details: error.details });
    this.names = names;
  }
}

type Held = Pick<CandidatesRequest, "index" | "keep" | "newest">;

/**
 * Names of packages that are held and have a part in a failure: those of the dead end nearest to
 * what could not be chosen. Of the parent image these are kept versions that are not the newest, of
 * the image itself those that have to be the newest.
 */
export function heldBackIn(failure: SearchFailure, held: Held): readonly string[] {
  if (failure.type === "tie") return [];
  for (const deadEnd of innermostFirst(failure.deadEnd, new Set())) {
    const names = namesIn(deadEnd, held);
    if (names.length > 0) return names;
  }
  return [];
}

/** Each dead end once, what led to it after it. */
function* innermostFirst(deadEnd: DeadEnd, seen: Set<DeadEnd>): Generator<DeadEnd> {
  if (seen.has(deadEnd)) return;
  seen.add(deadEnd);
  for (const { reason } of deadEnd.rejections)
    if (reason.type === "dead-end") yield* innermostFirst(reason.deadEnd, seen);
  yield deadEnd;
}

function namesIn({ need, rejections }: DeadEnd, held: Held): readonly string[] {
  const present = rejections.flatMap(({ reason }) =>
    reason.type === "dead-end" ? [] : [reason.present],
  );
  const kept = present.filter((choice) => isKept(choice, held));
  if (kept.length > 0) return [...new Set(kept.map(({ entry }) => entry.name))];
  const asked = need.type === "wanted" ? [need] : need.relation.alternatives;
  const names = [
    ...asked.flatMap(({ name }) => [name, ...held.index.providers(name)]),
    ...present.map(({ entry }) => entry.name),
  ];
  return [...new Set(names)].filter((name) => held.newest.has(name));
}

/** Whether a package of the parent image stays at an older version for the lock's sake. */
function isKept({ entry, need }: Choice, { index, keep }: Held): boolean {
  return need === undefined && keep.get(entry.name) === entry.version && !isNewest(entry, index);
}

function isNewest(entry: IndexedPackage, index: Held["index"]): boolean {
  return index.versions(entry.name)[0]?.version === entry.version;
}
