import type { IndexedPackage } from "../../package-index.ts";
import type { Agenda, Step } from "../agenda.ts";
import type { Choice, Need } from "../choice.ts";
import type { Present } from "../present.ts";
import type { Entries } from "./entries.ts";
import { rank, type Ranking, type RankingRequest } from "./ranking.ts";

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
  /** Those that nobody looked at yet. */
  readonly #fresh: readonly Need[];
  /** Those with a choice, and those that are none while a condition of theirs is not there. */
  readonly #postponed: readonly Need[];

  private constructor(
    request: MeritRequest,
    fresh: readonly Need[],
    postponed: readonly Need[] = [],
  ) {
    this.#request = request;
    this.#fresh = fresh;
    this.#postponed = postponed;
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
    const postponed = [...this.#postponed];
    for (const [at, need] of this.#fresh.entries()) {
      const found = this.#look(need, present);
      if (found === "met") continue;
      if (found === "waiting" || !isForced(found)) postponed.push(need);
      else return this.#step(found, this.#fresh.slice(at + 1), postponed);
    }
    return this.#nextPostponed(postponed, present);
  }

  #nextPostponed(postponed: readonly Need[], present: Present): Step | undefined {
    const open: Need[] = [];
    let better: Choosable | undefined;
    let tied: Choosable | undefined;
    for (const [at, need] of postponed.entries()) {
      const found = this.#look(need, present);
      if (found === "met") continue;
      if (found !== "waiting") {
        if (isForced(found)) return this.#step(found, [], [...open, ...postponed.slice(at + 1)]);
        if (found.best === 1) better ??= found;
        else tied ??= found;
      }
      open.push(need);
    }
    const chosen = better ?? tied;
    if (chosen === undefined) return undefined;
    return this.#step(
      chosen,
      [],
      open.filter((need) => need !== chosen.need),
    );
  }

  after(choice: Choice): Agenda {
    const fresh = [...this.#fresh, ...needsOf(choice)];
    return new AgendaByMerit(this.#request, fresh, this.#postponed);
  }

  #look(need: Need, present: Present): Choosable | "met" | "waiting" {
    if (isWaiting(need, present)) return "waiting";
    if (this.#isMet(need, present)) return "met";
    return { need, ...rank(this.#request, present, need, this.#request.entries.of(need)) };
  }

  #step(
    { need, candidates, alternatives }: Choosable,
    fresh: readonly Need[],
    postponed: readonly Need[],
  ): Step {
    const rest = new AgendaByMerit(this.#request, fresh, postponed);
    return { need, candidates, alternatives, rest };
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

/** A need, with what could be chosen for it. */
interface Choosable extends Ranking {
  readonly need: Need;
}

/** Whether there is nothing to choose between, or it is asked for and one package is the best. */
function isForced({ need, alternatives, best }: Choosable): boolean {
  return alternatives.length < 2 || (need.type === "wanted" && best === 1);
}

function needsOf(of: Choice): readonly Extract<Need, { type: "dependency" }>[] {
  return of.entry.requires.map((relation) => ({ type: "dependency", of, relation }));
}

/** Whether a need may come to be yet: a condition of it is not there. */
function isWaiting(need: Need, present: Present): boolean {
  return need.type === "dependency" && !present.isInForce(need.relation);
}
