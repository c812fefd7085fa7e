import type { IndexedPackage, PackageIndex } from "../../../src/packages/package-index.ts";
import { parseDependency } from "../../../src/packages/rpm/relations/dependency.ts";
import { relationsOf } from "../../../src/packages/rpm/relations/relation.ts";
import { compareVersions } from "../../../src/packages/rpm/relations/version.ts";

/** What a package says of others, as texts. */
export interface RpmTexts {
  readonly name: string;
  readonly version: string;
  readonly architecture?: string;
  /** By the letter of their kind: see `LETTERS`. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
}

/** Kinds of dependencies: requires, provides, conflicts, obsoletes, the weak ones, and files. */
export const LETTERS = "RPCOMSUEF";

/**
 * An index of lines such as `web 1-1 R:libc >= 2, /bin/sh O:old-web`: name, version, dependencies
 * by the letter of their kind. Each package provides itself, as RPM's do.
 */
export function anRpmIndex(...lines: readonly string[]): PackageIndex {
  return indexOf(lines.map(readLine));
}

export function readLine(line: string): RpmTexts {
  const [head = "", ...rest] = line.split(new RegExp(` (?=[${LETTERS}]:)`));
  const [name = "", version = ""] = head.split(" ");
  const fields = new Map(
    rest.map((part) => [part.slice(0, 1), part.slice(2).split(/,\s*/)] as const),
  );
  return { name, version, fields };
}

export function indexOf(texts: readonly RpmTexts[]): PackageIndex {
  const byName = Map.groupBy(texts.map(toIndexed), ({ name }) => name);
  for (const entries of byName.values())
    entries.sort((a, b) => compareVersions(b.version, a.version));
  const providers = new Map<string, Set<string>>();
  const obsoleters = new Map<string, Set<string>>();
  for (const entry of [...byName.values()].flat()) {
    for (const { name } of entry.provides) addTo(providers, name, entry.name);
    for (const { verb, excluded } of entry.conflicts)
      if (verb === "obsoletes") addTo(obsoleters, excluded.name, entry.name);
  }
  return {
    names: () => byName.keys(),
    versions: (name) => byName.get(name) ?? [],
    providers: (name) => [...(providers.get(name) ?? [])].toSorted(),
    obsoleters: (name) => [...(obsoleters.get(name) ?? [])].toSorted(),
    essential: () => [],
  };
}

function addTo(map: Map<string, Set<string>>, key: string, value: string): void {
  map.set(key, (map.get(key) ?? new Set()).add(value));
}

function toIndexed({ name, version, architecture = "noarch", fields }: RpmTexts): IndexedPackage {
  const of = (letter: string): ReturnType<typeof parseDependency>[] =>
    (fields.get(letter) ?? []).map(parseDependency);
  return {
    name,
    version,
    architecture,
    repository: "tests",
    path: `${name}-${version}.rpm`,
    sizeBytes: 1,
    sha256: "0".repeat(64),
    source: name,
    sourceVersion: version,
    ...relationsOf({
      requires: of("R"),
      provides: [parseDependency(`${name} = ${version}`), ...of("P")],
      conflicts: of("C"),
      obsoletes: of("O"),
      recommends: of("M"),
      suggests: of("S"),
      supplements: of("U"),
      enhances: of("E"),
      files: fields.get("F") ?? [],
    }),
  };
}
