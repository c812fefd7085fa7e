import type { Capability, Conflict, IndexedPackage } from "../package-index.ts";
import type { ResolverRules } from "./rules.ts";
import type { Choice, RejectionReason } from "./choice.ts";

/** The packages that an image holds so far, found by what they offer and by what they exclude. */
export class Present {
  readonly #rules: ResolverRules;
  readonly #byName = new Map<string, Choice>();
  readonly #offering = new Map<string, Choice[]>();
  readonly #excluding = new Map<string, { readonly by: Choice; readonly conflict: Conflict }[]>();

  constructor(rules: ResolverRules) {
    this.#rules = rules;
  }

  add(choice: Choice): void {
    const { entry } = choice;
    this.#byName.set(entry.name, choice);
    for (const name of namesOf(entry)) push(this.#offering, name, choice);
    for (const conflict of entry.conflicts)
      push(this.#excluding, conflict.excluded.name, { by: choice, conflict });
  }

  /** Take out the one that was added last. */
  remove({ entry }: Choice): void {
    this.#byName.delete(entry.name);
    for (const name of namesOf(entry)) this.#offering.get(name)?.pop();
    for (const { excluded } of entry.conflicts) this.#excluding.get(excluded.name)?.pop();
  }

  find(name: string): Choice | undefined {
    return this.#byName.get(name);
  }

  /** Those that are what is asked for, by name or by what they provide. */
  satisfying(wanted: Capability): readonly Choice[] {
    const offering = this.#offering.get(wanted.name) ?? [];
    return offering.filter(({ entry }) => this.#rules.satisfies(entry, wanted));
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

/** Its own name and those that it provides. */
function namesOf(entry: IndexedPackage): ReadonlySet<string> {
  return new Set([entry.name, ...entry.provides.map(({ name }) => name)]);
}

function push<Value>(map: Map<string, Value[]>, name: string, value: Value): void {
  const values = map.get(name);
  if (values === undefined) map.set(name, [value]);
  else values.push(value);
}
