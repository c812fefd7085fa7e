import { QclockError } from "../../../src/error.ts";
import { debRules as rules } from "../../../src/packages/deb/rules.ts";
import type { IndexedPackage, PackageIndex } from "../../../src/packages/package-index.ts";
import { resolvePackages } from "../../../src/packages/resolve/resolve-packages.ts";

export interface Choice {
  /** Those alone, and what every system has; all of the index when absent. */
  readonly names?: readonly string[] | undefined;
  /** Libraries, headers, data and documents only where something needs them. */
  readonly isPrograms: boolean;
}

const NO_PROGRAM =
  /^(?:lib|node-|python3?-|ruby-|golang-|r-|gir1\.2-|fonts-|xfonts-|texlive-|haskell-|ghc|linux-|gcc-|task-|elpa-|erlang-|php-|ocaml|hunspell-|aspell-|education-|kde-l10n|firmware-)|-(?:dev|doc|docs|dbg|data|common|l10n|i18n|locales?|examples|all|src|source|java|perl|base)$/;

/**
 * Packages that can be installed together: by how much the distribution counts on them, then by how
 * many others depend on them, each with what it needs. One that conflicts with what is there
 * already is passed over.
 */
export function* choosePackages(
  index: PackageIndex,
  { names, isPrograms }: Choice,
): Generator<IndexedPackage> {
  const newest = [...index.names()].flatMap((name) => index.versions(name).slice(0, 1));
  const dependents = new Map<string, number>();
  for (const { requires } of newest) {
    const needed = new Set(requires.map(({ alternatives }) => alternatives[0]?.name ?? ""));
    for (const name of needed) dependents.set(name, (dependents.get(name) ?? 0) + 1);
  }
  const ranked = newest.toSorted(
    (a, b) =>
      a.rank - b.rank ||
      (dependents.get(b.name) ?? 0) - (dependents.get(a.name) ?? 0) ||
      (a.name < b.name ? -1 : 1),
  );
  const isRequired = ({ rank }: IndexedPackage): boolean => rank <= 1;
  const wanted = ranked.filter((each) => {
    if (isRequired(each)) return true;
    if (names !== undefined) return names.includes(each.name);
    return !isPrograms || !NO_PROGRAM.test(each.name);
  });
  const chosen = new Map<string, IndexedPackage>();
  for (const { name } of wanted) {
    if (chosen.has(name)) continue;
    for (const entry of closureOf(index, name, [...chosen.values()])) {
      chosen.set(entry.name, entry);
      yield entry;
    }
  }
}

/** What a package needs beyond what is there; nothing where it cannot be with it. */
function closureOf(
  index: PackageIndex,
  name: string,
  installed: readonly IndexedPackage[],
): readonly IndexedPackage[] {
  try {
    const request = { image: "judged", wanted: [name], installed, keep: new Map(), index, rules };
    return resolvePackages(request).map((found) => found.package);
  } catch (error) {
    if (error instanceof QclockError) return [];
    throw error;
  }
}

/** Each package behind those that it needs, as dpkg configures them; circles are cut anywhere. */
export function inOrderOfNeed<Item extends { readonly entry: IndexedPackage }>(
  packages: readonly Item[],
): readonly Item[] {
  const providers = new Map<string, Item>();
  for (const each of packages) {
    for (const { name } of each.entry.provides) if (!providers.has(name)) providers.set(name, each);
  }
  for (const each of packages) providers.set(each.entry.name, each);
  const ordered = new Set<Item>();
  const entered = new Set<Item>();
  const enter = (each: Item): void => {
    if (entered.has(each)) return;
    entered.add(each);
    for (const { alternatives } of each.entry.requires) {
      for (const { name } of alternatives) {
        const needed = providers.get(name);
        if (needed !== undefined) enter(needed);
      }
    }
    ordered.add(each);
  };
  for (const each of packages) enter(each);
  return [...ordered];
}
