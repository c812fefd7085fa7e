import type { Conflict, PackageRelations, Relation } from "../../package-index.ts";
import { parseBoolean } from "./boolean.ts";
import { type Clause, clausesOf, type Sign } from "./clauses.ts";
import { formatDependency, type RpmDependency } from "./dependency.ts";

/** The dependencies of a package by their kind, each in the package's order. */
export interface RpmDependencies {
  readonly requires: readonly RpmDependency[];
  readonly provides: readonly RpmDependency[];
  readonly conflicts: readonly RpmDependency[];
  readonly obsoletes: readonly RpmDependency[];
  readonly recommends: readonly RpmDependency[];
  readonly suggests: readonly RpmDependency[];
  readonly supplements: readonly RpmDependency[];
  readonly enhances: readonly RpmDependency[];
  /** Paths that it brings: at least those that some package asks for. */
  readonly files: readonly string[];
}

/**
 * What the dependencies of a package say of others. Those on abilities of rpm itself, `rpmlib(…)`,
 * are passed over: qclock lays packages down, and what of them it cannot do it says then.
 *
 * A boolean dependency that cannot be read becomes a need that nothing satisfies: it fails where
 * the package is wanted, and the rest of its repository is of use all the same.
 */
export function relationsOf(dependencies: RpmDependencies): PackageRelations {
  const { requires, provides, conflicts, obsoletes, files } = dependencies;
  const { recommends, suggests, supplements, enhances } = dependencies;
  const [conflictsOfOne, conflictsOfSeveral] = readConflicts(conflicts.filter(isBoolean));
  return {
    // RPM knows no packages that are more important than others.
    rank: 0,
    requires: [
      ...distinct(requires.filter(({ name }) => !name.startsWith("rpmlib("))).flatMap(toRelations),
      ...conflictsOfSeveral.map(({ text, clause }) => toConditionalConflict(text, clause)),
    ],
    provides: [...provides.filter(isSimple), ...files.map((name) => ({ name }))],
    conflicts: [
      ...conflicts.filter(isSimple).map((each) => toConflict(each, "conflicts with")),
      ...conflictsOfOne.flatMap(({ text, clause }) =>
        clause.absent.map((excluded) => ({ text, excluded, verb: "conflicts with" }) as const),
      ),
      ...obsoletes.filter(isSimple).map((each) => toConflict(each, "obsoletes")),
    ],
    preferences: {
      recommends: recommends.flatMap(toRelations),
      suggests: suggests.flatMap(toRelations),
      supplements: supplements.map(toRelations),
      enhances: enhances.map(toRelations),
    },
  };
}

/** What all has to hold for a dependency to hold. */
export function toRelations(dependency: RpmDependency): readonly Relation[] {
  const text = formatDependency(dependency);
  if (isSimple(dependency)) return [{ text, alternatives: [dependency] }];
  return readClauses(dependency, "holds").map((clause) => toRelation(text, clause));
}

interface BooleanConflict {
  readonly text: string;
  readonly clause: Clause;
}

/**
 * Boolean conflicts: those with one package, `(a with b)`, and those that depend on more than one,
 * `(a unless b)`.
 */
function readConflicts(
  conflicts: readonly RpmDependency[],
): readonly [ofOne: readonly BooleanConflict[], ofSeveral: readonly BooleanConflict[]] {
  const all = conflicts.flatMap((each) =>
    readClauses(each, "fails").map((clause) => ({ text: formatDependency(each), clause })),
  );
  const isOfOne = ({ clause: { present, absent } }: BooleanConflict): boolean =>
    present.length === 0 && absent.length === 1;
  return [all.filter(isOfOne), all.filter((each) => !isOfOne(each))];
}

function toConditionalConflict(text: string, clause: Clause): Relation {
  return { ...toRelation(text, clause), isConflict: true };
}

function readClauses({ name }: RpmDependency, sign: Sign): readonly Clause[] {
  try {
    return clausesOf(parseBoolean(name), sign);
  } catch (error) {
    if (error instanceof SyntaxError) return [{ present: [], absent: [] }];
    throw error;
  }
}

function toRelation(text: string, { present, absent }: Clause): Relation {
  return { text, alternatives: present, ...(absent.length === 0 ? {} : { conditions: absent }) };
}

function toConflict(excluded: RpmDependency, verb: Conflict["verb"]): Conflict {
  return { text: formatDependency(excluded), excluded, verb };
}

/** A package may say the same of its scripts and of itself. */
function distinct(dependencies: readonly RpmDependency[]): readonly RpmDependency[] {
  return [...new Map(dependencies.map((each) => [formatDependency(each), each])).values()];
}

function isBoolean({ name }: RpmDependency): boolean {
  return name.startsWith("(");
}

function isSimple(dependency: RpmDependency): boolean {
  return !isBoolean(dependency);
}
