/** Order of two texts by their code units: the same on every machine, whatever its language. */
export function compareTexts(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** Order of things by a text of theirs, such as their name or their path. */
export function by<Thing>(textOf: (thing: Thing) => string): (one: Thing, other: Thing) => number {
  return (one, other) => compareTexts(textOf(one), textOf(other));
}

/** Order of things by their names. */
export const byName = by(({ name }: { readonly name: string }) => name);

/** Order of things by their paths. */
export const byPath = by(({ path }: { readonly path: string }) => path);

/** Order of entries of a map by their keys. */
export const byKey = by(([key]: readonly [string, unknown]) => key);
