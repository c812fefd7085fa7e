/** Stands for a `Map` in JSON. No type that goes into a note has a field of this name. */
const MAP = "$map";

/** A value of maps, lists and plain objects as JSON can hold it. */
export function toPlain(value: unknown): unknown {
  if (value instanceof Map) {
    return { [MAP]: [...value].map(([key, each]) => [key, toPlain(each)]) };
  }
  if (Array.isArray(value)) return value.map(toPlain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, toPlain(each)]));
}

/** What `toPlain` was given, its maps restored. Takes over the objects of its argument. */
export function fromPlain(value: unknown): unknown {
  if (Array.isArray(value)) {
    for (const [index, each] of value.entries()) value[index] = fromPlain(each);
    return value;
  }
  if (!isRecord(value)) return value;
  const entries = value[MAP];
  if (Array.isArray(entries)) {
    return new Map(
      entries.map((entry: unknown) =>
        Array.isArray(entry) ? [entry[0], fromPlain(entry[1])] : [undefined, undefined],
      ),
    );
  }
  for (const [key, each] of Object.entries(value)) {
    if (typeof each === "object") value[key] = fromPlain(each);
  }
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
