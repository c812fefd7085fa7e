import { byName } from "../../../order.ts";
import type { InstalledDeb } from "../installed.ts";
import { parseRelations } from "../relation.ts";

/** In which order packages are unpacked and configured, and what must be configured first. */
export interface InstallOrder {
  readonly packages: readonly InstalledDeb[];
  /** The packages that have to be configured before a package is unpacked. */
  readonly before: (item: InstalledDeb) => readonly InstalledDeb[];
}

/**
 * Packages whose files others rely on without saying so: the skeleton of folders, and the accounts.
 */
const FIRST = ["base-files", "base-passwd"];

/**
 * Each package after those that it depends on; in a circle, and of those that do not know each
 * other, essential ones first and then the order of names. Source: Debian Policy 7.2.
 */
export function installOrder(installed: readonly InstalledDeb[]): InstallOrder {
  const providers = providersOf(installed);
  const needsBy = (field: string): ((item: InstalledDeb) => readonly InstalledDeb[]) => {
    const known = new Map<InstalledDeb, readonly InstalledDeb[]>();
    return (item) => {
      const found = known.get(item) ?? providersFor(item, field, providers);
      known.set(item, found);
      return found;
    };
  };
  const [preDepends, depends] = [needsBy("Pre-Depends"), needsBy("Depends")];
  const needs = (item: InstalledDeb): readonly InstalledDeb[] => [
    ...preDepends(item),
    ...depends(item),
  ];
  const start = installed.toSorted((a, b) => rankOf(a) - rankOf(b) || byName(a, b));
  return {
    packages: visit(start, needs),
    before: (item) => visit(preDepends(item), needs).filter((each) => each !== item),
  };
}

function rankOf({ name, control }: InstalledDeb): number {
  const first = FIRST.indexOf(name);
  if (first !== -1) return first;
  return control.get("Essential") === "yes" ? FIRST.length : FIRST.length + 1;
}

/** Depth first, each package once, what it needs before it. */
function visit(
  start: readonly InstalledDeb[],
  needs: (item: InstalledDeb) => readonly InstalledDeb[],
): readonly InstalledDeb[] {
  const done = new Set<InstalledDeb>();
  const entered = new Set<InstalledDeb>();
  // A stack of its own: chains of dependencies may be longer than calls can be deep.
  for (const each of start) {
    const stack: { readonly item: InstalledDeb; readonly open: InstalledDeb[] }[] = [];
    const enter = (item: InstalledDeb): void => {
      if (entered.has(item)) return;
      entered.add(item);
      stack.push({ item, open: needs(item).toReversed() });
    };
    enter(each);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.open.pop();
      if (next !== undefined) enter(next);
      else {
        done.add(top.item);
        stack.pop();
      }
    }
  }
  return [...done];
}

function providersFor(
  item: InstalledDeb,
  field: string,
  providers: ReadonlyMap<string, readonly InstalledDeb[]>,
): readonly InstalledDeb[] {
  return relationsIn(item, field)
    .flatMap(({ alternatives }) => alternatives)
    .flatMap(({ name }) => providers.get(name) ?? [])
    .filter((other) => other !== item);
}

/** What cannot be read orders nothing: whether it holds was decided when the lock was made. */
function relationsIn({ control }: InstalledDeb, field: string): ReturnType<typeof parseRelations> {
  try {
    return parseRelations(control.get(field) ?? "");
  } catch {
    return [];
  }
}

function providersOf(
  installed: readonly InstalledDeb[],
): ReadonlyMap<string, readonly InstalledDeb[]> {
  const found = new Map<string, InstalledDeb[]>();
  for (const item of installed) {
    const provided = relationsIn(item, "Provides").flatMap(({ alternatives }) =>
      alternatives.map(({ name }) => name),
    );
    for (const name of new Set([item.name, ...provided])) {
      const others = found.get(name);
      if (others === undefined) found.set(name, [item]);
      else others.push(item);
    }
  }
  return found;
}
