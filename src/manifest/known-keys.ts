import { manifestJsonSchema } from "./json-schema.ts";

let cached: Record<string, unknown> | undefined;

/** The keys that the schema allows at a path, for "did you mean". Only asked for when a key is wrong. */
export function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  cached ??= manifestJsonSchema();
  let nodes: readonly unknown[] = [cached];
  for (const part of path) {
    nodes = nodes.flatMap(alternatives).flatMap((node) => childOf(node, part));
  }
  return nodes.flatMap(alternatives).flatMap((node) => {
    const properties = field(node, "properties");
    return isRecord(properties) ? Object.keys(properties) : [];
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
  return isRecord(node) ? node[name] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
