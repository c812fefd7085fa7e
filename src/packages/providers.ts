import type { Store } from "../store/store.ts";
import { readControl } from "./deb/look-into.ts";
import { parseProvides } from "./deb/relation.ts";
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
  const byName = new Map(packages.map((each) => [each.name, each]));
  const found: LockedPackage[] = [];
  for (const entry of byName.values()) {
    const file = await store.find(entry.digest);
    if (file !== undefined && (await provides(file, virtual))) found.push(entry);
  }
  return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function provides(file: string, virtual: string): Promise<boolean> {
  try {
    const field = (await readControl(file)).get("Provides") ?? "";
    return parseProvides(field).some(({ name }) => name === virtual);
  } catch {
    // Damaged in the store: whoever needs its contents will say so.
    return false;
  }
}
