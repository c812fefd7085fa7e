import type { IndexedPackage, Relation } from "../../package-index.ts";
import { type CandidatesRequest, versionsOf } from "../candidates.ts";
import type { Need } from "../choice.ts";
import { obsoletes } from "./obsoleted.ts";

/** All packages of some repositories that are what is needed, without regard to the image. */
export class Entries {
  readonly #request: CandidatesRequest;
  /** By the text of a simple relation, which many packages share, or by the relation. */
  readonly #ofRelations = new Map<string | Relation, readonly IndexedPackage[]>();
  readonly #ofNames = new Map<string, readonly IndexedPackage[]>();

  constructor(request: CandidatesRequest) {
    this.#request = request;
  }

  /** Each once: by name, within a name the preferred version first. */
  of(need: Need): readonly IndexedPackage[] {
    return need.type === "wanted" ? this.named(need.name) : this.satisfying(need.relation);
  }

  /** The versions of a package that is asked for, and as dnf has it those that obsolete it. */
  named(name: string): readonly IndexedPackage[] {
    const known = this.#ofNames.get(name);
    if (known !== undefined) return known;
    const own = versionsOf(this.#request, name, { name });
    const others = this.#request.index
      .obsoleters(name)
      .filter((other) => other !== name)
      .flatMap((other) => versionsOf(this.#request, other, { name: other }))
      .filter((other) => own.some((entry) => obsoletes(this.#request.rules, other, entry)));
    const found = [...own, ...others];
    this.#ofNames.set(name, found);
    return found;
  }

  satisfying(relation: Relation): readonly IndexedPackage[] {
    const key = keyOf(relation);
    const known = this.#ofRelations.get(key);
    if (known !== undefined) return known;
    const found = relation.alternatives.flatMap((wanted) =>
      [wanted.name, ...this.#request.index.providers(wanted.name)].flatMap((name) =>
        versionsOf(this.#request, name, wanted),
      ),
    );
    const distinct = [...new Set(found)];
    this.#ofRelations.set(key, distinct);
    return distinct;
  }
}

/** A boolean dependency is several relations with one text. */
function keyOf(relation: Relation): string | Relation {
  return relation.text.startsWith("(") ? relation : relation.text;
}
