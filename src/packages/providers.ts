import { byName } from "../order.ts";
import type { Store } from "../store/store.ts";
import { loadFamily } from "./families.ts";
import type { Family } from "./family.ts";
import type { LockedPackage, LockTarget } from "./package.ts";

/**
 * Packages of a target that provide a virtual package, sorted by name. It is told by the packages
 * themselves: of one that the store lacks nothing is known.
 */
export async function findProviders(
  target: LockTarget,
  virtual: string,
  store: Pick<Store, "find">,
): Promise<readonly LockedPackage[]> {
  const packages = [...target.images.values()].flatMap((image) => image.packages);
  const distinct = new Map(packages.map((each) => [each.name, each]));
  const family = await loadFamily(target.os);
  const found: LockedPackage[] = [];
  for (const entry of distinct.values()) {
    const file = await store.find(entry.digest);
    if (file !== undefined && (await provides(family, file, virtual))) found.push(entry);
  }
  return found.toSorted(byName);
}

async function provides(family: Family, file: string, virtual: string): Promise<boolean> {
  try {
    const { relations } = await family.readFacts(file, { withPaths: false });
    return relations.provides.some(({ name }) => name === virtual);
  } catch {
    // Damaged in the store: whoever needs its contents will say so.
    return false;
  }
}
