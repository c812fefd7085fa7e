import { QclockError } from "../../../src/error.ts";
import { debRules as rules } from "../../../src/packages/deb/rules.ts";
import type { IndexedPackage, PackageIndex } from "../../../src/packages/package-index.ts";
import { resolvePackages } from "../../../src/packages/resolve/resolve-packages.ts";

/**
 * So many packages that can be installed together: by how much the distribution counts on them,
 * then by how many others depend on them, each with what it needs. One that conflicts with what is
 * there already is passed over. In the order in which they were taken. With names, those alone and
 * what every system has.
 */
export function choosePackages(
  index: PackageIndex,
  count: number,
  names?: readonly string[],
): readonly IndexedPackage[] {
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
  const chosen = new Map<string, IndexedPackage>();
  const required = ranked.filter(({ rank }) => rank <= 1).map(({ name }) => name);
  const wanted = names === undefined ? ranked.map(({ name }) => name) : [...required, ...names];
  for (const name of wanted) {
    if (names === undefined && chosen.size >= count) break;
    if (chosen.has(name)) continue;
    for (const entry of closureOf(index, name, [...chosen.values()])) chosen.set(entry.name, entry);
  }
  return [...chosen.values()];
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
export function inOrderOfNeed(packages: readonly IndexedPackage[]): readonly IndexedPackage[] {
  const providers = new Map<string, IndexedPackage>();
  for (const each of packages) {
    for (const { name } of each.provides) if (!providers.has(name)) providers.set(name, each);
  }
  for (const each of packages) providers.set(each.name, each);
  const ordered = new Set<IndexedPackage>();
  const entered = new Set<IndexedPackage>();
  const enter = (each: IndexedPackage): void => {
    if (entered.has(each)) return;
    entered.add(each);
    for (const { alternatives } of each.requires) {
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
