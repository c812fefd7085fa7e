import { QclockError } from "../../error.ts";
import type {
  Capability,
  Conflict,
  IndexedPackage,
  PackageIndex,
  Relation,
} from "../package-index.ts";
import type { Reason } from "../package.ts";
import type { ResolverRules } from "./rules.ts";
import { errorOfName, listNames } from "./wanted-names.ts";

/** A package chosen for an image, with why. */
export interface ResolvedPackage {
  readonly package: IndexedPackage;
  /** Everything that brings it: what chose it first, then the others by name. */
  readonly reasons: readonly Reason[];
}

/** A package as it was chosen. */
interface Choice {
  readonly package: IndexedPackage;
  /** The one that chose it, which is nearest to what was asked for. */
  readonly reason: Reason;
}

/** What to resolve for one image. */
export interface ResolveRequest {
  readonly image: string;
  /** Names asked for in the manifest. */
  readonly wanted: readonly string[];
  /** Packages that the image's ancestors hold; they count as installed. */
  readonly installed: readonly IndexedPackage[];
  /** Versions to keep where they still satisfy everything, by package name: those of an earlier lock. */
  readonly keep: ReadonlyMap<string, string>;
  /** Packages of which nothing but the newest version will do. */
  readonly newest?: ReadonlySet<string>;
  readonly index: PackageIndex;
  /** Those of the index's family. */
  readonly rules: ResolverRules;
}

/**
 * Resolving fails, but might not if these packages need not stay at the version of an earlier lock, or need
 * not be the newest: the caller may let go of them and try again.
 */
export class HeldBackError extends QclockError {
  readonly names: readonly string[];

  constructor(names: readonly string[], error: QclockError) {
    super(error.code, error.message, { hint: error.hint, details: error.details });
    this.names = names;
  }
}

/**
 * The closure of the wanted packages over Depends and Pre-Depends, without what is installed already.
 * Newest version wins unless `keep` names another; the first alternative that is installed, wanted or
 * available wins; recommended packages are left out. Deterministic: the result depends on the request
 * alone. Sorted by name.
 *
 * Throws `unknown-package`, `unresolvable-packages` (a relation that nothing satisfies, or a virtual
 * package with several providers of which none was asked for) and `package-conflict`; as a `HeldBackError`
 * where `keep` or `newest` is to blame.
 */
export function resolvePackages(request: ResolveRequest): readonly ResolvedPackage[] {
  const resolution = new Resolution(request);
  resolution.run();
  return resolution.result();
}

class Resolution {
  readonly #request: ResolveRequest;
  readonly #wanted: ReadonlySet<string>;
  readonly #chosen = new Map<string, Choice>();
  readonly #installed: ReadonlyMap<string, IndexedPackage>;
  /** A name -> packages, chosen or installed, that have or provide it. */
  readonly #present = new Map<string, IndexedPackage[]>();
  readonly #queue: IndexedPackage[] = [];

  constructor(request: ResolveRequest) {
    this.#request = request;
    this.#wanted = new Set(request.wanted);
    this.#installed = new Map(request.installed.map((entry) => [entry.name, entry]));
    for (const entry of request.installed) this.#addPresent(entry);
  }

  run(): void {
    for (const name of [...this.#wanted].toSorted()) {
      if (!this.#installed.has(name)) this.#choose(this.#findWanted(name), { type: "requested" });
    }
    // Breadth first, so that a reason names the package nearest to what was asked for.
    for (let entry = this.#queue.shift(); entry !== undefined; entry = this.#queue.shift()) {
      for (const relation of entry.requires) {
        this.#satisfy(entry, relation);
      }
    }
    this.#refuseConflicts();
  }

  result(): readonly ResolvedPackage[] {
    const needs = this.#needs();
    return this.#sorted().map(({ package: entry, reason }) => {
      const others = needs.get(entry.name) ?? [];
      const isFirst = (other: Reason): boolean =>
        other.type === reason.type &&
        (other.type === "requested" ||
          (reason.type === "dependency" &&
            other.of === reason.of &&
            other.relation === reason.relation));
      return { package: entry, reasons: [reason, ...others.filter((each) => !isFirst(each))] };
    });
  }

  #sorted(): readonly Choice[] {
    return [...this.#chosen.values()].toSorted((a, b) =>
      compareText(a.package.name, b.package.name),
    );
  }

  /** What each chosen package satisfies of the other ones, by its name. */
  #needs(): ReadonlyMap<string, readonly Reason[]> {
    const needs = new Map<string, Reason[]>();
    for (const { package: dependent } of this.#sorted()) {
      for (const relation of dependent.requires) {
        const satisfying = new Set(
          relation.alternatives.flatMap((wanted) => this.#satisfying(wanted)),
        );
        satisfying.delete(dependent.name);
        const reason: Reason = { type: "dependency", of: dependent.name, relation: relation.text };
        for (const name of satisfying) needs.set(name, [...(needs.get(name) ?? []), reason]);
      }
    }
    return needs;
  }

  /** Names of the chosen packages that satisfy an alternative by themselves or by what they provide. */
  #satisfying(wanted: Capability): readonly string[] {
    return (this.#present.get(wanted.name) ?? [])
      .filter(({ name }) => this.#chosen.has(name))
      .filter((entry) => this.#request.rules.satisfies(entry, wanted))
      .map(({ name }) => name);
  }

  #choose(entry: IndexedPackage, reason: Reason): void {
    this.#chosen.set(entry.name, { package: entry, reason });
    this.#addPresent(entry);
    this.#queue.push(entry);
  }

  #addPresent(entry: IndexedPackage): void {
    for (const name of new Set([entry.name, ...entry.provides.map((each) => each.name)])) {
      const present = this.#present.get(name);
      if (present === undefined) this.#present.set(name, [entry]);
      else present.push(entry);
    }
  }

  #findWanted(name: string): IndexedPackage {
    const entry = this.#candidate(name, { name });
    if (entry !== undefined) return entry;
    const { index, image } = this.#request;
    const error = errorOfName(index, { image, name });
    if (error === undefined) throw new Error(`${name} has versions, and none of them was taken`);
    throw error;
  }

  #satisfy(dependent: IndexedPackage, relation: Relation): void {
    if (relation.alternatives.some((wanted) => this.#isSatisfied(wanted))) return;
    const reason: Reason = {
      type: "dependency",
      of: dependent.name,
      relation: relation.text,
    };
    // What the user asked for comes before the order of the alternatives.
    const wantedFirst = relation.alternatives.toSorted(
      (a, b) => Number(this.#wanted.has(b.name)) - Number(this.#wanted.has(a.name)),
    );
    for (const wanted of wantedFirst) {
      const entry = this.#candidate(wanted.name, wanted);
      if (entry !== undefined && this.#canAdd(entry)) {
        this.#choose(entry, reason);
        return;
      }
      const provider = this.#soleProvider(wanted, dependent, relation);
      if (provider !== undefined) {
        this.#choose(provider, reason);
        return;
      }
    }
    throw this.#unresolvable(dependent, relation);
  }

  #isSatisfied(wanted: Capability): boolean {
    return (this.#present.get(wanted.name) ?? []).some((entry) =>
      this.#request.rules.satisfies(entry, wanted),
    );
  }

  /** The version to take: the kept one where it fits, else the newest that fits. */
  #candidate(name: string, wanted: Capability): IndexedPackage | undefined {
    const { index, newest, rules } = this.#request;
    const all = index.versions(name);
    const versions = newest?.has(name) === true ? all.slice(0, 1) : all;
    const fitting = versions.filter((entry) => rules.satisfies(entry, wanted));
    const kept = this.#request.keep.get(name);
    return fitting.find(({ version }) => version === kept) ?? fitting[0];
  }

  /** One version of a name is in an image; an ancestor's layer cannot be changed by a child. */
  #canAdd(entry: IndexedPackage): boolean {
    return !this.#chosen.has(entry.name) && !this.#installed.has(entry.name);
  }

  #soleProvider(
    capability: Capability,
    dependent: IndexedPackage,
    relation: Relation,
  ): IndexedPackage | undefined {
    const { index } = this.#request;
    const providers = index
      .providers(capability.name)
      .map((name) => this.#candidate(name, capability))
      .filter((entry) => entry !== undefined && this.#canAdd(entry));
    const [first] = providers;
    if (providers.length <= 1) return first;
    const wanted = providers.find((entry) => entry !== undefined && this.#wanted.has(entry.name));
    if (wanted !== undefined) return wanted;
    throw new QclockError(
      "unresolvable-packages",
      `Package "${dependent.name}" needs "${relation.text}", and several packages provide it.`,
      {
        hint: `Add the one that image "${this.#request.image}" should hold to its packages: ${listNames(
          providers.flatMap((entry) => (entry === undefined ? [] : [entry.name])),
        )}.`,
        details: this.#chain(dependent.name),
      },
    );
  }

  #unresolvable(dependent: IndexedPackage, relation: Relation): QclockError {
    const inPlace = relation.alternatives
      .map(({ name }) => this.#chosen.get(name)?.package ?? this.#installed.get(name))
      .filter((entry) => entry !== undefined);
    const [present] = inPlace;
    const message =
      present === undefined
        ? `Package "${dependent.name}" needs "${relation.text}", which no repository has.`
        : `Package "${dependent.name}" needs "${relation.text}", but ${present.name} ${present.version} is in the image already.`;
    const error = new QclockError("unresolvable-packages", message, {
      hint: "Run `qclock lock --update`, so that all packages come from the same state of the repositories.",
      details: this.#chain(dependent.name),
    });
    return this.#blame(error, {
      kept: [dependent, ...inPlace],
      newest: relation.alternatives.map(({ name }) => name),
    });
  }

  /** The error with the packages that were held back, if any was. */
  #blame(
    error: QclockError,
    suspects: { readonly kept: readonly IndexedPackage[]; readonly newest: readonly string[] },
  ): QclockError {
    const { keep, index, newest } = this.#request;
    const kept = suspects.kept.filter(
      ({ name, version }) =>
        keep.get(name) === version && index.versions(name)[0]?.version !== version,
    );
    if (kept.length > 0)
      return new HeldBackError(
        kept.map(({ name }) => name),
        error,
      );
    const pinned = suspects.newest.filter((name) => newest?.has(name) === true);
    return pinned.length > 0 ? new HeldBackError(pinned, error) : error;
  }

  #refuseConflicts(): void {
    const all = [
      ...this.#installed.values(),
      ...[...this.#chosen.values()].map((resolved) => resolved.package),
    ];
    for (const entry of this.#sorted().map((choice) => choice.package)) {
      for (const other of all) {
        if (other.name === entry.name) continue;
        this.#refuseConflict(entry, other);
        if (this.#installed.has(other.name)) this.#refuseConflict(other, entry);
      }
    }
  }

  #refuseConflict(entry: IndexedPackage, other: IndexedPackage): void {
    const isHit = (each: Conflict): boolean => this.#request.rules.isExcluded(other, each);
    const conflict = entry.conflicts.find(isHit);
    if (conflict === undefined) return;
    const error = new QclockError(
      "package-conflict",
      `Image "${this.#request.image}": ${entry.name} ${entry.version} ${conflict.verb} ${other.name} ${other.version} ("${conflict.text}").`,
      {
        hint: "Leave one of the two out of the image's packages.",
        details: [...this.#chain(entry.name), ...this.#chain(other.name)],
      },
    );
    throw this.#blame(error, { kept: [entry, other], newest: [entry.name, other.name] });
  }

  /** Why a package is there, one line a step, down to what was asked for. */
  #chain(name: string): readonly string[] {
    const lines: string[] = [];
    let current: string | undefined = name;
    while (current !== undefined) {
      const reason: Reason | undefined = this.#chosen.get(current)?.reason;
      if (reason?.type !== "dependency") {
        const origin = reason === undefined ? "in the parent image" : "asked for in the manifest";
        lines.push(`${current}: ${origin}`);
        return lines;
      }
      lines.push(`${current}: needed by ${reason.of} (${reason.relation})`);
      current = reason.of;
    }
    return lines;
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
