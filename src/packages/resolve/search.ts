import { fail, ok, type Result } from "../../result.ts";
import type { IndexedPackage } from "../package-index.ts";
import type { Agenda } from "./agenda.ts";
import type { Choice, DeadEnd, Need, RejectionReason, Tie } from "./choice.ts";
import {
  candidatesLeft,
  type Decision,
  leadsTo,
  openDecision,
  preferInstead,
  putFirst,
} from "./decision.ts";
import { Present } from "./present.ts";
import type { Steps } from "./steps.ts";
import type { ResolverRules } from "./rules.ts";

export interface SearchRequest {
  /** What to choose packages for, and in which order. */
  readonly agenda: Agenda;
  /** Packages that the parent image holds: they stay. */
  readonly installed: readonly IndexedPackage[];
  readonly rules: ResolverRules;
  /**
   * Whether an earlier choice gives way to a later one that it conflicts with, and that would do in
   * its place. As in apt, where the later need has its way unless the earlier choice leads to it.
   */
  readonly givesWay: boolean;
  /**
   * Whether a package that could be added now could be with all that it needs, as far as that shows
   * without trying. Absent: as far as is known it could.
   */
  readonly couldJoin?: (entry: IndexedPackage, present: Present) => boolean;
}

/** Why a search ended without a result. */
export type SearchFailure =
  | { readonly type: "dead-end"; readonly deadEnd: DeadEnd; readonly gaveUp: boolean }
  | { readonly type: "tie"; readonly tie: Tie };

/**
 * Tries after which a search is given up: the images that were seen took a few more tries than they
 * have packages.
 */
export const MOST_TRIES = 100_000;

/** Choices that are made anew though they were possible: what comes after each is chosen again. */
const MOST_REOPENINGS = 200;

/**
 * Choose a package for each need, in the order of the agenda. What is there already is enough.
 * Where no package will do, the nearest earlier choice that has a part in that is taken back and
 * the next candidate tried. Deterministic.
 *
 * Between its steps, which are bounded, it may be left. The choices in the order in which they were
 * made; or the need that nothing could be done about, or that several packages satisfy equally
 * well.
 */
export function search(request: SearchRequest): Steps<Result<readonly Choice[], SearchFailure>> {
  return new Search(request).run();
}

/** What came of looking for the next candidate. */
type Outcome =
  | { readonly type: "taken" }
  | { readonly type: "none" }
  | { readonly type: "tie"; readonly tie: Tie }
  /** A candidate that is better in the place of an earlier choice. */
  | { readonly type: "replace"; readonly place: number; readonly entry: IndexedPackage };

class Search {
  readonly #request: SearchRequest;
  readonly #present: Present;
  readonly #decisions: Decision[] = [];
  /** Of a chosen package's name, the place of its decision. */
  readonly #places = new Map<string, number>();
  /** Packages that lead nowhere whatever else is chosen. */
  readonly #impossible = new Map<IndexedPackage, DeadEnd>();
  #agenda: Agenda;
  #tries = 0;
  #reopenings = 0;

  constructor(request: SearchRequest) {
    this.#request = request;
    this.#present = new Present(request.rules);
    for (const entry of request.installed) this.#present.add({ entry });
    this.#agenda = request.agenda;
  }

  *run(): Steps<Result<readonly Choice[], SearchFailure>> {
    for (;;) {
      const step = this.#agenda.next(this.#present);
      const decision = step === undefined ? this.#reopened() : openDecision(step);
      if (decision === undefined) return ok(this.#decisions.flatMap(({ choice }) => choice ?? []));
      const failure = yield* this.#decide(decision);
      if (failure !== undefined) return fail(failure);
    }
  }

  /**
   * Choose for a need, or choose anew for an earlier one; the dead end when there is nothing left
   * to try.
   */
  *#decide(opened: Decision): Steps<SearchFailure | undefined> {
    let decision = opened;
    for (;;) {
      yield;
      const outcome = this.#takeNext(decision);
      if (outcome.type === "taken") return undefined;
      if (outcome.type === "tie") return outcome;
      if (outcome.type === "replace") {
        decision = this.#takeBack(outcome.place).decision;
        preferInstead(decision, outcome.entry);
        continue;
      }
      const { rejections, blamed } = decision;
      const deadEnd = { need: decision.need, rejections };
      for (const choice of this.#causesOf(decision.need)) this.#blame(blamed, choice);
      const gaveUp = this.#tries > MOST_TRIES;
      if (blamed.size === 0 || gaveUp) return { type: "dead-end", deadEnd, gaveUp };
      const place = Math.max(...blamed);
      const earlier = this.#takeBack(place);
      const { entry } = earlier.choice;
      blamed.delete(place);
      if (blamed.size === 0) this.#impossible.set(entry, deadEnd);
      for (const each of blamed) earlier.decision.blamed.add(each);
      earlier.decision.rejections.push({ entry, reason: { type: "dead-end", deadEnd } });
      decision = earlier.decision;
    }
  }

  /** Choose the next candidate that can be added, unless others are as good. */
  #takeNext(decision: Decision): Outcome {
    const { need, rejections, blamed } = decision;
    const left = candidatesLeft(decision);
    for (const { entry, group } of left) {
      this.#tries += 1;
      const reason = this.#reasonAgainst(entry);
      if (reason === undefined) {
        const equal = left.filter((each) => each.group === group).map((each) => each.entry);
        const entries = this.#possibleOf(equal);
        if (entries.length > 1) return { type: "tie", tie: { need, entries } };
        const [only = entry] = entries;
        if (only !== entry) putFirst(decision, only);
        this.#take(decision, { entry: only, need });
        return { type: "taken" };
      }
      const place =
        reason.type === "conflict" ? this.#placeFor(entry, need, reason.present) : undefined;
      if (place !== undefined) return { type: "replace", place, entry };
      if (reason.type !== "dead-end") this.#blame(blamed, reason.present);
      rejections.push({ entry, reason });
    }
    return { type: "none" };
  }

  /**
   * The first choice that turned out not to be the best one, taken back: another package that was
   * as good came into the image later, or is recommended by one that did, where the choice is not.
   */
  #reopened(): Decision | undefined {
    if (this.#tries > MOST_TRIES || this.#reopenings >= MOST_REOPENINGS) return undefined;
    for (const [place, { choice, alternatives }] of this.#decisions.entries()) {
      if (choice === undefined) continue;
      const better =
        [...alternatives].find((entry) => this.#isChosenAfter(place, entry)) ??
        this.#recommendedInstead(choice, alternatives);
      if (better === undefined) continue;
      this.#reopenings += 1;
      const { decision } = this.#takeBack(place);
      alternatives.delete(better);
      putFirst(decision, better);
      return decision;
    }
    return undefined;
  }

  #isChosenAfter(place: number, entry: IndexedPackage): boolean {
    const other = this.#places.get(entry.name);
    return other !== undefined && other > place && this.#decisions[other]?.choice?.entry === entry;
  }

  #recommendedInstead(
    choice: Choice,
    alternatives: ReadonlySet<IndexedPackage>,
  ): IndexedPackage | undefined {
    if (alternatives.size === 0 || this.#present.isRecommended(choice.entry)) return undefined;
    return [...alternatives].find((entry) => this.#present.isRecommended(entry));
  }

  /** Those of equally good packages that there is a choice between. */
  #possibleOf(equal: readonly IndexedPackage[]): readonly IndexedPackage[] {
    const entries = equal.filter((each) => this.#reasonAgainst(each) === undefined);
    const { couldJoin } = this.#request;
    if (entries.length < 2 || couldJoin === undefined) return entries;
    return entries.filter((each) => couldJoin(each, this.#present));
  }

  /** Choices without which there were no such need. */
  #causesOf(need: Need): readonly Choice[] {
    if (need.type === "wanted") return [];
    const { of, relation } = need;
    const conditions = relation.conditions ?? [];
    return [of, ...conditions.flatMap((condition) => this.#present.satisfying(condition))];
  }

  /**
   * The place of an earlier choice that a package conflicts with and could be chosen instead of,
   * being a candidate there as well.
   */
  #placeFor(entry: IndexedPackage, need: Need, earlier: Choice): number | undefined {
    if (!this.#request.givesWay || this.#tries > MOST_TRIES) return undefined;
    const place = this.#places.get(earlier.entry.name);
    const decision = place === undefined ? undefined : this.#decisions[place];
    if (decision === undefined || decision.wasReplaced || leadsTo(earlier, need)) return undefined;
    return candidatesLeft(decision).some((each) => each.entry === entry) ? place : undefined;
  }

  #reasonAgainst(entry: IndexedPackage): RejectionReason | undefined {
    const deadEnd = this.#impossible.get(entry);
    return deadEnd === undefined
      ? this.#present.reasonAgainst(entry)
      : { type: "dead-end", deadEnd };
  }

  #take(decision: Decision, choice: Choice): void {
    decision.choice = choice;
    decision.alternatives.delete(choice.entry);
    this.#places.set(choice.entry.name, this.#decisions.length);
    this.#decisions.push(decision);
    this.#present.add(choice);
    this.#agenda = decision.rest.after(choice);
  }

  #blame(blamed: Set<number>, { entry }: Choice): void {
    const place = this.#places.get(entry.name);
    if (place !== undefined) blamed.add(place);
  }

  /** Take back the decision at a place and all that came after it. */
  #takeBack(place: number): { readonly decision: Decision; readonly choice: Choice } {
    for (
      let decision = this.#decisions.pop();
      decision !== undefined;
      decision = this.#decisions.pop()
    ) {
      const { choice } = decision;
      if (choice === undefined) break;
      this.#present.remove(choice);
      this.#places.delete(choice.entry.name);
      decision.choice = undefined;
      if (this.#decisions.length === place) return { decision, choice };
    }
    throw new Error(`no choice was made at ${place}`);
  }
}
