import type { IndexedPackage } from "../../package-index.ts";
import type { CandidatesRequest } from "../candidates.ts";
import type { MeritRules } from "../rules.ts";
import type { SearchRequest } from "../search.ts";
import { AgendaByMerit } from "./agenda-by-merit.ts";
import { couldJoin, usability } from "./could-join.ts";
import { Entries } from "./entries.ts";

/** What a search needs that chooses packages by what they are. */
export function orderByMerit(
  request: CandidatesRequest & { readonly merit: MeritRules },
  wanted: readonly string[],
  installed: readonly IndexedPackage[],
): Omit<SearchRequest, "installed" | "rules"> {
  const entries = new Entries(request);
  const all = { ...request, entries };
  return {
    agenda: AgendaByMerit.of({ ...all, isUsable: usability(all) }, wanted, installed),
    givesWay: false,
    couldJoin: (entry, present) => couldJoin(all, entry, present),
  };
}
