import { fail, ok, type Result } from "../../result.ts";
import type { IndexedPackage } from "../package-index.ts";
import type { Candidate, Choice, DeadEnd, Need, RejectionReason, Tie } from "./choice.ts";
import {
  type Agenda,
  candidatesLeft,
  type Decision,
  leadsTo,
  openDecision,
  preferInstead,
} from "./decision.ts";
import { Present } from "./present.ts";
import type { ResolverRules } from "./rules.ts";

export interface SearchRequest {
  /** Names that the manifest asks for, in the order in which they are looked at. */
  readonly wanted: readonly string[];
  /** Packages that the parent image holds: they stay. */
  readonly installed: readonly IndexedPackage[];
  readonly rules: ResolverRules;
  /** Packages that could be chosen for a need, in order of preference. */
  readonly candidatesFor: (need: Need) => readonly Candidate[];
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

/**
 * Choose a package for each need: those of the manifest first, then what each chosen one needs,
 * depth first, in the order in which packages name it. What is there already is enough. Where no
 * package will do, the nearest earlier choice that has a part in that is taken back and the next
 * candidate tried. Deterministic.
 *
 * The choices in the order in which they were made; or the need that nothing could be done about,
 * or that several packages satisfy equally well.
 */
export function search(request: SearchRequest): Result<readonly Choice[], SearchFailure> {
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
  #agenda: Agenda | undefined;
  #tries = 0;

  constructor(request: SearchRequest) {
    this.#request = request;
    this.#present = new Present(request.rules);
    for (const entry of request.installed) this.#present.add({ entry });
    const { wanted } = request;
    for (const name of wanted.toReversed()) this.#push({ type: "requires", name });
    for (const name of wanted.toReversed()) this.#push({ type: "wanted", name });
  }

  run(): Result<readonly Choice[], SearchFailure> {
    for (let next = this.#agenda; next !== undefined; next = this.#agenda) {
      const { item, rest } = next;
      this.#agenda = rest;
      if (item.type === "requires") this.#pushRequires(this.#present.find(item.name));
      else if (!this.#isSatisfied(item)) {
        const failure = this.#decide(item, rest);
        if (failure !== undefined) return fail(failure);
      }
    }
    return ok(this.#decisions.flatMap(({ choice }) => choice ?? []));
  }

  #push(item: Agenda["item"]): void {
    this.#agenda = { item, rest: this.#agenda };
  }

  #pushRequires(of: Choice | undefined): void {
    // Of what the parent image holds, everything is there.
    if (of?.need === undefined) return;
    for (const relation of of.entry.requires.toReversed())
      this.#push({ type: "dependency", of, relation });
  }

  #isSatisfied(need: Need): boolean {
    if (need.type === "wanted") return this.#present.find(need.name) !== undefined;
    return need.relation.alternatives.some((wanted) => this.#present.satisfying(wanted).length > 0);
  }

  /**
   * Choose for a need, or choose anew for an earlier one; the dead end when there is nothing left
   * to try.
   */
  #decide(need: Need, rest: Agenda | undefined): SearchFailure | undefined {
    let decision = openDecision(need, rest, this.#request.candidatesFor(need));
    for (;;) {
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
      // Without the package that needs it there were no such need.
      if (decision.need.type === "dependency") this.#blame(blamed, decision.need.of);
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
        const entries = equal.filter((each) => this.#reasonAgainst(each) === undefined);
        if (entries.length > 1) return { type: "tie", tie: { need, entries } };
        this.#take(decision, { entry, need });
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
   * The place of an earlier choice that a package conflicts with and could be chosen instead of,
   * being a candidate there as well. As in apt, where the later need has its way unless the earlier
   * choice leads to it.
   */
  #placeFor(entry: IndexedPackage, need: Need, earlier: Choice): number | undefined {
    if (this.#tries > MOST_TRIES) return undefined;
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
    this.#places.set(choice.entry.name, this.#decisions.length);
    this.#decisions.push(decision);
    this.#present.add(choice);
    this.#agenda = decision.rest;
    if (decision.need.type === "dependency") this.#pushRequires(choice);
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
