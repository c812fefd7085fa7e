import { describeManifest } from "../json-schema.ts";

let cached: Record<string, unknown> | undefined;

/**
 * The keys that the schema allows at a path, for "did you mean". Only asked for when a key is
 * wrong.
 */
export function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  cached ??= describeManifest();
  let nodes: readonly unknown[] = [cached];
  for (const part of path) {
    nodes = nodes.flatMap(alternatives).flatMap((node) => childOf(node, part));
  }
  return nodes.flatMap(alternatives).flatMap((node) => {
    const properties = field(node, "properties");
    if (isRecord(properties)) return Object.keys(properties);
    // A map whose keys are a closed set, such as operating systems.
    const names = field(field(node, "propertyNames"), "enum");
    return Array.isArray(names) ? names.map(String) : [];
  });
}

function alternatives(node: unknown): readonly unknown[] {
  const anyOf = field(node, "anyOf");
  return Array.isArray(anyOf) ? anyOf.flatMap(alternatives) : [node];
}

function childOf(node: unknown, part: PropertyKey): readonly unknown[] {
  if (typeof part === "number") return [field(node, "items")];
  return [field(field(node, "properties"), String(part)) ?? field(node, "additionalProperties")];
}

function field(node: unknown, name: string): unknown {
  return isRecord(node) && Object.hasOwn(node, name) ? node[name] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
