import type { IndexedPackage } from "../package-index.ts";
import type { Agenda, Step } from "./agenda.ts";
import type { Candidate, Choice, Need, Rejection } from "./choice.ts";

/** A choice that can be taken back. */
export interface Decision {
  readonly need: Need;
  readonly rest: Agenda;
  /** Those that were rejected come first. */
  candidates: readonly Candidate[];
  readonly rejections: Rejection[];
  /** Places of the earlier decisions that made candidates fail. */
  readonly blamed: Set<number>;
  choice: Choice | undefined;
  /** See `Step`; without those that took the place of the choice already. */
  readonly alternatives: Set<IndexedPackage>;
  /** Whether a package took the place of the choice once, which happens no second time. */
  wasReplaced: boolean;
}

/** A choice that is still to be made. */
export function openDecision({ need, candidates, rest, alternatives = [] }: Step): Decision {
  return {
    need,
    rest,
    candidates,
    rejections: [],
    blamed: new Set(),
    choice: undefined,
    alternatives: new Set(alternatives),
    wasReplaced: false,
  };
}

/** The candidates that were not rejected yet. */
export function candidatesLeft({ candidates, rejections }: Decision): readonly Candidate[] {
  return candidates.slice(rejections.length);
}

/** Try a package before the one that was chosen, which is next after it. */
export function preferInstead(decision: Decision, entry: IndexedPackage): void {
  putFirst(decision, entry);
  decision.wasReplaced = true;
}

/** Try a package before the others that are left. */
export function putFirst(decision: Decision, entry: IndexedPackage): void {
  const rejected = decision.candidates.slice(0, decision.rejections.length);
  const others = candidatesLeft(decision).filter((each) => each.entry !== entry);
  // In a group of its own: it is wanted, whichever others are as good.
  const group = Math.min(0, ...decision.candidates.map((each) => each.group)) - 1;
  const first: Candidate = { entry, group };
  decision.candidates = [...rejected, first, ...others];
}

/** Whether a choice is among those because of which there is a need. */
export function leadsTo(choice: Choice, need: Need): boolean {
  for (let each = need; each.type === "dependency"; each = each.of.need) {
    if (each.of === choice) return true;
    if (each.of.need === undefined) return false;
  }
  return false;
}
