import type { Agenda, Step } from "./agenda.ts";
import { candidatesFor, type CandidatesRequest } from "./candidates.ts";
import type { Choice, Need } from "./choice.ts";
import type { Present } from "./present.ts";

/** `requires`: of a wanted package, whichever version of it was chosen. */
type Item = Need | { readonly type: "requires"; readonly name: string };

interface Items {
  readonly item: Item;
  readonly rest: Items | undefined;
}

/**
 * apt's order: what is wanted first, then what each chosen package needs, depth first, in the order
 * in which packages name it.
 */
export class AgendaAsNamed implements Agenda {
  readonly #request: CandidatesRequest;
  readonly #items: Items | undefined;

  private constructor(request: CandidatesRequest, items: Items | undefined) {
    this.#request = request;
    this.#items = items;
  }

  static of(request: CandidatesRequest, wanted: readonly string[]): AgendaAsNamed {
    const items: Item[] = [
      ...wanted.map((name) => ({ type: "wanted", name }) as const),
      ...wanted.map((name) => ({ type: "requires", name }) as const),
    ];
    return new AgendaAsNamed(request, before(items, undefined));
  }

  next(present: Present): Step | undefined {
    let items = this.#items;
    while (items !== undefined) {
      const { item, rest } = items;
      if (item.type === "requires") {
        items = before(needsOf(present.find(item.name)), rest);
      } else if (present.isSatisfied(item)) {
        items = rest;
      } else {
        const candidates = candidatesFor(this.#request, item);
        return { need: item, candidates, rest: new AgendaAsNamed(this.#request, rest) };
      }
    }
    return undefined;
  }

  after(choice: Choice): Agenda {
    if (choice.need?.type !== "dependency") return this;
    return new AgendaAsNamed(this.#request, before(needsOf(choice), this.#items));
  }
}

/** Of what the parent image holds, everything is there. */
function needsOf(of: Choice | undefined): readonly Need[] {
  if (of?.need === undefined) return [];
  return of.entry.requires.map((relation) => ({ type: "dependency", of, relation }));
}

function before(items: readonly Item[], rest: Items | undefined): Items | undefined {
  return items.reduceRight<Items | undefined>((after, item) => ({ item, rest: after }), rest);
}
