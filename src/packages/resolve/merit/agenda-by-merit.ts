import type { IndexedPackage } from "../../package-index.ts";
import type { Agenda, Step } from "../agenda.ts";
import type { Choice, Need } from "../choice.ts";
import type { Present } from "../present.ts";
import type { Entries } from "./entries.ts";
import { rank, type RankingRequest } from "./ranking.ts";

export interface MeritRequest extends RankingRequest {
  readonly entries: Entries;
}

/**
 * libsolv's order: what is wanted first, then each need that one name alone would do for, then each
 * for which one package is better than all others. Needs for which several are equally good come
 * last: by then something else may have brought one of them.
 */
export class AgendaByMerit implements Agenda {
  readonly #request: MeritRequest;
  readonly #needs: readonly Need[];

  private constructor(request: MeritRequest, needs: readonly Need[]) {
    this.#request = request;
    this.#needs = needs;
  }

  /** Of what the parent image holds all needs are met, until what they depend on is added. */
  static of(
    request: MeritRequest,
    wanted: readonly string[],
    installed: readonly IndexedPackage[],
  ): AgendaByMerit {
    return new AgendaByMerit(request, [
      ...wanted.map((name) => ({ type: "wanted", name }) as const),
      ...installed.flatMap((entry) =>
        needsOf({ entry }).filter((need) => need.relation.conditions !== undefined),
      ),
    ]);
  }

  next(present: Present): Step | undefined {
    const open: Need[] = [];
    const waiting: Need[] = [];
    for (const need of this.#needs) {
      if (isWaiting(need, present)) waiting.push(need);
      else if (!this.#isMet(need, present)) open.push(need);
    }
    const found = this.#best(open, present);
    if (found === undefined) return undefined;
    const rest = [...open.filter((need) => need !== found.need), ...waiting];
    return { ...found, rest: new AgendaByMerit(this.#request, rest) };
  }

  after(choice: Choice): Agenda {
    return new AgendaByMerit(this.#request, [...this.#needs, ...needsOf(choice)]);
  }

  #best(open: readonly Need[], present: Present): Omit<Step, "rest"> | undefined {
    let better: Omit<Step, "rest"> | undefined;
    let tied: Omit<Step, "rest"> | undefined;
    for (const need of open) {
      const entries = this.#request.entries.of(need);
      const { candidates, alternatives, best } = rank(this.#request, present, need, entries);
      const step = { need, candidates, alternatives };
      if (alternatives.length < 2 || (need.type === "wanted" && best === 1)) return step;
      if (best === 1) better ??= step;
      else tied ??= step;
    }
    return better ?? tied;
  }

  #isMet(need: Need, present: Present): boolean {
    if (present.isSatisfied(need)) return true;
    if (need.type === "dependency") return false;
    // What obsoletes a package that is asked for is as good.
    return this.#request.entries
      .named(need.name)
      .some((entry) => present.find(entry.name)?.entry === entry);
  }
}

function needsOf(of: Choice): readonly Extract<Need, { type: "dependency" }>[] {
  return of.entry.requires.map((relation) => ({ type: "dependency", of, relation }));
}

/** Whether a need may come to be yet: a condition of it is not there. */
function isWaiting(need: Need, present: Present): boolean {
  return need.type === "dependency" && !present.isInForce(need.relation);
}
