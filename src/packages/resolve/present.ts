import type { Capability, Conflict, IndexedPackage, Relation } from "../package-index.ts";
import type { ResolverRules } from "./rules.ts";
import type { Choice, Need, RejectionReason } from "./choice.ts";

/** The packages that an image holds so far, found by what they offer and by what they exclude. */
export class Present {
  readonly #rules: ResolverRules;
  readonly #byName = new Map<string, Choice>();
  readonly #offering = new Map<string, Choice[]>();
  readonly #excluding = new Map<string, { readonly by: Choice; readonly conflict: Conflict }[]>();
  readonly #recommended = new Map<string, Hint[]>();
  readonly #suggested = new Map<string, Hint[]>();

  constructor(rules: ResolverRules) {
    this.#rules = rules;
  }

  add(choice: Choice): void {
    const { entry } = choice;
    this.#byName.set(entry.name, choice);
    for (const name of namesOf(entry)) push(this.#offering, name, choice);
    for (const conflict of entry.conflicts)
      push(this.#excluding, conflict.excluded.name, { by: choice, conflict });
    for (const hint of hintsOf(entry.preferences?.recommends))
      push(this.#recommended, hint.wanted.name, hint);
    for (const hint of hintsOf(entry.preferences?.suggests))
      push(this.#suggested, hint.wanted.name, hint);
  }

  /** Take out the one that was added last. */
  remove({ entry }: Choice): void {
    this.#byName.delete(entry.name);
    for (const name of namesOf(entry)) this.#offering.get(name)?.pop();
    for (const { excluded } of entry.conflicts) this.#excluding.get(excluded.name)?.pop();
    for (const { wanted } of hintsOf(entry.preferences?.recommends))
      this.#recommended.get(wanted.name)?.pop();
    for (const { wanted } of hintsOf(entry.preferences?.suggests))
      this.#suggested.get(wanted.name)?.pop();
  }

  find(name: string): Choice | undefined {
    return this.#byName.get(name);
  }

  /** Those that are what is asked for, by name or by what they provide. */
  satisfying(wanted: Capability): readonly Choice[] {
    const offering = this.#offering.get(wanted.name) ?? [];
    return offering.filter(({ entry }) => this.#rules.satisfies(entry, wanted));
  }

  /** Whether nothing has to be chosen for a need. */
  isSatisfied(need: Need): boolean {
    if (need.type === "wanted") return this.find(need.name) !== undefined;
    return !this.isInForce(need.relation) || this.#isAny(need.relation.alternatives);
  }

  /** Whether a relation asks for something in this image: all its conditions are there. */
  isInForce({ conditions = [] }: Relation): boolean {
    return conditions.every((condition) => this.#isAny([condition]));
  }

  /** Whether one that is there recommends a package, or it says that it belongs to it. */
  isRecommended(entry: IndexedPackage): boolean {
    const { supplements = [] } = entry.preferences ?? {};
    return this.#isMeant(entry, this.#recommended) || this.#holdsOne(supplements);
  }

  /** Whether one that is there suggests a package, or it says that it is of use to it. */
  isSuggested(entry: IndexedPackage): boolean {
    const { enhances = [] } = entry.preferences ?? {};
    return this.#isMeant(entry, this.#suggested) || this.#holdsOne(enhances);
  }

  #isMeant(entry: IndexedPackage, hints: ReadonlyMap<string, readonly Hint[]>): boolean {
    if (hints.size === 0) return false;
    for (const name of namesOf(entry)) {
      for (const { wanted, relation } of hints.get(name) ?? [])
        if (this.isInForce(relation) && this.#rules.satisfies(entry, wanted)) return true;
    }
    return false;
  }

  #holdsOne(conditions: readonly (readonly Relation[])[]): boolean {
    return conditions.some((relations) =>
      relations.every((each) => !this.isInForce(each) || this.#isAny(each.alternatives)),
    );
  }

  #isAny(alternatives: readonly Capability[]): boolean {
    return alternatives.some((wanted) => this.satisfying(wanted).length > 0);
  }

  /** Why a package cannot be added; undefined when it can. */
  reasonAgainst(entry: IndexedPackage): Exclude<RejectionReason, { type: "dead-end" }> | undefined {
    const present = this.#byName.get(entry.name);
    if (present !== undefined) return { type: "other-version", present };
    for (const conflict of entry.conflicts) {
      for (const other of this.#offering.get(conflict.excluded.name) ?? []) {
        // A package that provides what it conflicts with is the only one of its kind.
        if (this.#rules.isExcluded(other.entry, conflict))
          return { type: "conflict", conflict, present: other, isOfPresent: false };
      }
    }
    for (const name of namesOf(entry)) {
      for (const { by, conflict } of this.#excluding.get(name) ?? []) {
        if (this.#rules.isExcluded(entry, conflict))
          return { type: "conflict", conflict, present: by, isOfPresent: true };
      }
    }
    return undefined;
  }
}

/** A package that another one would rather have beside it than others. */
interface Hint {
  readonly wanted: Capability;
  readonly relation: Relation;
}

function hintsOf(relations: readonly Relation[] = []): readonly Hint[] {
  return relations.flatMap((relation) =>
    relation.alternatives.map((wanted) => ({ wanted, relation })),
  );
}

/** Of packages that were asked for before: those with many paths are asked about often. */
const known = new WeakMap<IndexedPackage, ReadonlySet<string>>();

/** Its own name and those that it provides. */
function namesOf(entry: IndexedPackage): ReadonlySet<string> {
  let names = known.get(entry);
  if (names === undefined) {
    names = new Set([entry.name, ...entry.provides.map(({ name }) => name)]);
    known.set(entry, names);
  }
  return names;
}

function push<Value>(map: Map<string, Value[]>, name: string, value: Value): void {
  const values = map.get(name);
  if (values === undefined) map.set(name, [value]);
  else values.push(value);
}
