import * as z from "zod";
import { manifestSchema } from "./schema/manifest.ts";

/** A part of a JSON Schema. */
export type SchemaNode = Record<string, unknown>;

/**
 * The JSON Schema (draft 2020-12) of what the manifest means, without variables. For the reference
 * and for suggestions.
 */
export function describeManifest(): SchemaNode {
  const schema = z.toJSONSchema(manifestSchema, { io: "input", unrepresentable: "any" });
  return { title: "qclock stack manifest", ...schema };
}

/**
 * The JSON Schema (draft 2020-12) of what a user may write, for editors: any value that is more
 * than a free text may also come from a variable, such as `"${PORT:-8080}"`, and each map with
 * fixed keys may have extensions (`x-…`).
 */
export function manifestJsonSchema(): SchemaNode {
  const variable = {
    type: "string",
    pattern: String.raw`\$(?:\{[^}]+\}|[A-Za-z_])`,
    description: "A text with variables.",
  };
  const schema = allowVariables(describeManifest());
  return isSchemaNode(schema) ? { ...schema, $defs: { variable } } : {};
}

function allowVariables(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(allowVariables);
  if (!isSchemaNode(node)) return node;
  if (isConstrained(node)) {
    const { description, default: preset, examples, ...constraint } = node;
    return {
      ...(description === undefined ? {} : { description }),
      ...(preset === undefined ? {} : { default: preset }),
      ...(examples === undefined ? {} : { examples }),
      anyOf: [constraint, { $ref: "#/$defs/variable" }],
    };
  }
  const extensions =
    node["additionalProperties"] === false ? { patternProperties: { "^x-": {} } } : {};
  const allowed = Object.entries(node).map(([key, value]) => [
    key,
    // Variables stand in values, never in keys; and defaults and examples are no schemas.
    key === "propertyNames" || key === "default" || key === "examples" || key === "required"
      ? value
      : key === "properties" && isSchemaNode(value)
        ? Object.fromEntries(
            Object.entries(value).map(([name, child]) => [name, allowVariables(child)]),
          )
        : allowVariables(value),
  ]);
  return { ...Object.fromEntries(allowed), ...extensions };
}

/** Whether a variable would break what the node asks for. A free text takes one anyway. */
function isConstrained({ type, pattern, enum: values, const: value }: SchemaNode): boolean {
  if (typeof type !== "string") return false;
  return (
    ["integer", "number", "boolean"].includes(type) ||
    (type === "string" && (pattern ?? values ?? value) !== undefined)
  );
}

/** Whether a value is a part of a JSON Schema, and no list or single value. */
export function isSchemaNode(value: unknown): value is SchemaNode {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
