import type { IndexedPackage, PackageIndex } from "../package-index.ts";
import { AgendaAsNamed } from "./agenda-as-named.ts";
import { orderByMerit } from "./merit/order-by-merit.ts";
import { errorOf } from "./failure.ts";
import { heldBackIn, HeldBackError } from "./held-back.ts";
import { Present } from "./present.ts";
import { type ResolvedPackage, withReasons } from "./reasons.ts";
import type { ResolverRules } from "./rules.ts";
import { atOnce, type Steps } from "./steps.ts";
import { search, type SearchRequest } from "./search.ts";
import { errorOfName } from "./wanted-names.ts";

/** What to resolve for one image. */
export interface ResolveRequest {
  readonly image: string;
  /** Names asked for in the manifest. */
  readonly wanted: readonly string[];
  /** Names of essential packages that are to be there as well. */
  readonly essential?: readonly string[];
  /** Packages that the image's ancestors hold; they count as installed. */
  readonly installed: readonly IndexedPackage[];
  /** Versions to prefer, by package name: those of an earlier lock. */
  readonly keep: ReadonlyMap<string, string>;
  /** Packages of which nothing but the newest version will do. */
  readonly newest?: ReadonlySet<string>;
  readonly index: PackageIndex;
  /** Those of the index's family. */
  readonly rules: ResolverRules;
}

/**
 * The closure of the wanted packages over what they require, without what is installed already.
 * Packages are chosen as apt does, see `AgendaAsNamed` and `candidatesFor`, or as dnf does, see
 * `AgendaByMerit` and `rank`; recommended packages are left out. Deterministic: the result depends
 * on the request alone. Sorted by name.
 *
 * Throws `unknown-package`, `unresolvable-packages` (a relation that nothing satisfies, or one that
 * several packages satisfy equally well) and `package-conflict`; as a `HeldBackError` where a
 * parent's kept package or `newest` is to blame.
 */
export function resolvePackages(request: ResolveRequest): readonly ResolvedPackage[] {
  return atOnce(resolveInSteps(request));
}

/** The same, step by step. */
export function* resolveInSteps(request: ResolveRequest): Steps<readonly ResolvedPackage[]> {
  const { image, installed, keep, newest = new Set(), index, rules } = request;
  const { essential = [] } = request;
  const wanted = [...new Set([...request.wanted, ...essential])].toSorted();
  for (const name of wanted) {
    const error = errorOfName(index, { image, name });
    if (error !== undefined) throw error;
  }
  const found = yield* search({ installed, rules, ...orderOf(request, wanted) });
  if (!found.ok) {
    const error = errorOf(found.error, image);
    const names = heldBackIn(found.error, { index, keep, newest });
    throw names.length > 0 ? new HeldBackError(names, error) : error;
  }
  const present = new Present(rules);
  for (const entry of installed) present.add({ entry });
  for (const choice of found.value) present.add(choice);
  const asked = { requested: new Set(request.wanted), essential: new Set(essential) };
  return withReasons(found.value, { present, asked, rules });
}

/** As the family chooses. */
function orderOf(
  { index, rules, keep, newest = new Set(), installed }: ResolveRequest,
  wanted: readonly string[],
): Omit<SearchRequest, "installed" | "rules"> {
  const candidates = { index, rules, keep, newest };
  return rules.merit === undefined
    ? { agenda: AgendaAsNamed.of(candidates, wanted), givesWay: true }
    : orderByMerit({ ...candidates, merit: rules.merit }, wanted, installed);
}
