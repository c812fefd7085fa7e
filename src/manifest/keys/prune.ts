import type * as z from "zod";

/** Whether a key is an extension as compose has them: free for anchors, and for other programs. */
export function isExtension(key: string): boolean {
  return key.startsWith("x-");
}

/**
 * The value without those of its keys that a schema does not know and that are to be dropped. Only
 * maps with a closed set of keys lose any; where the names are free (services, variables, labels),
 * `x-a` is a name like any other. What keeps all its keys is handed back as it is, so that aliased
 * values stay shared.
 */
export function pruneKeys(
  value: unknown,
  schema: z.core.$ZodType,
  isDropped: (key: string) => boolean,
): unknown {
  return prune(value, schema, { isDropped, seen: new Map() });
}

interface Pruning {
  readonly isDropped: (key: string) => boolean;
  /** Aliases share values: each is looked at once for each schema. */
  readonly seen: Map<z.core.$ZodType, Map<object, unknown>>;
}

function prune(value: unknown, schema: z.core.$ZodType, pruning: Pruning): unknown {
  if (typeof value !== "object" || value === null) return value;
  const known = pruning.seen.get(schema) ?? new Map<object, unknown>();
  pruning.seen.set(schema, known);
  if (known.has(value)) return known.get(value);
  const pruned = pruneBy(value, schema, pruning);
  known.set(value, pruned);
  return pruned;
}

function pruneBy(value: object, schema: z.core.$ZodType, pruning: Pruning): unknown {
  const definition = definitionOf(schema);
  switch (definition.type) {
    case "object":
      return Array.isArray(value) ? value : pruneClosed(value, definition.shape, pruning);
    case "record":
      return Array.isArray(value)
        ? value
        : mapEntries(value, (_, each) => prune(each, definition.valueType, pruning));
    case "array":
      return Array.isArray(value) ? pruneList(value, definition.element, pruning) : value;
    case "union":
      return definition.options.reduce<unknown>(
        (each, option) => prune(each, option, pruning),
        value,
      );
    case "optional":
    case "nullable":
    case "default":
      return prune(value, definition.innerType, pruning);
    default:
      return value;
  }
}

/**
 * zod types a schema by its class; the definition inside of it is a union that can be told apart.
 */
function definitionOf(schema: z.core.$ZodType): z.core.$ZodTypes["_zod"]["def"] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- $ZodTypes lists every class of zod's own
  return (schema as z.core.$ZodTypes)._zod.def;
}

function pruneClosed(value: object, shape: z.core.$ZodShape, pruning: Pruning): object {
  return mapEntries(value, (key, each) => {
    const schema = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (schema !== undefined) return prune(each, schema, pruning);
    return pruning.isDropped(key) ? dropped : each;
  });
}

const dropped = Symbol("dropped");

function mapEntries(value: object, change: (key: string, each: unknown) => unknown): object {
  const entries: readonly (readonly [string, unknown])[] = Object.entries(value);
  const changed = entries.map(([key, each]) => [key, change(key, each)] as const);
  if (changed.every(([, each], index) => each === entries[index]?.[1])) return value;
  return Object.fromEntries(changed.filter(([, each]) => each !== dropped));
}

function pruneList(
  value: readonly unknown[],
  element: z.core.$ZodType,
  pruning: Pruning,
): readonly unknown[] {
  const changed = value.map((each) => prune(each, element, pruning));
  return changed.every((each, index) => each === value[index]) ? value : changed;
}
