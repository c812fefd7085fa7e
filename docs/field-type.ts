/** A node of a JSON Schema, as far as the reference needs it. */
export type SchemaNode = Readonly<Record<string, unknown>>;

/** Whether a value is a map with text keys. */
export function isNode(value: unknown): value is SchemaNode {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The alternatives of a node; itself when it has none. */
export function alternativesOf(node: SchemaNode): readonly SchemaNode[] {
  const { anyOf } = node;
  return Array.isArray(anyOf) ? anyOf.filter(isNode).flatMap(alternativesOf) : [node];
}

/** The type of a field in words, such as `text, or list of texts`. */
export function describeType(node: SchemaNode): string {
  return [...new Set(alternativesOf(node).map(describeOne))].join(", or ");
}

function describeOne(node: SchemaNode): string {
  const { type, items, additionalProperties, properties } = node;
  const literals = literalsOf(node);
  if (literals !== undefined) return literals;
  if (type === "array") return describeList(items);
  if (type === "object") {
    if (isNode(properties)) return "map";
    return isNode(additionalProperties)
      ? `map of name to ${describeType(additionalProperties)}`
      : "map";
  }
  if (type === "number") return "number";
  if (type === "integer") return `whole number${rangeOf(node)}`;
  if (type === "boolean") return "true or false";
  if (Array.isArray(type)) return type.map((each) => describeOne({ type: each })).join(", ");
  if (type === "null") return "nothing";
  return type === "string" ? "text" : String(type);
}

function describeList(items: unknown): string {
  if (!isNode(items)) return "list";
  return alternativesOf(items).length > 1
    ? `list, each ${describeType(items)}`
    : `list of ${plural(describeType(items))}`;
}

function literalsOf({ enum: values, const: value }: SchemaNode): string | undefined {
  if (Array.isArray(values))
    return values
      .map((each) => `\`${typeof each === "string" ? each : JSON.stringify(each)}\``)
      .join(", ");
  return value === undefined ? undefined : `\`${JSON.stringify(value)}\``;
}

function rangeOf({ minimum, maximum, exclusiveMinimum }: SchemaNode): string {
  if (isBound(minimum) && isBound(maximum)) return ` from ${minimum} to ${maximum}`;
  if (isBound(exclusiveMinimum)) return ` above ${exclusiveMinimum}`;
  if (isBound(minimum)) return ` from ${minimum}`;
  return isBound(maximum) ? ` up to ${maximum}` : "";
}

function plural(type: string): string {
  if (type === "text" || type === "map") return `${type}s`;
  return type.startsWith("whole number") ? type.replace("whole number", "whole numbers") : type;
}

/** Whether a limit was meant: the schema library writes the largest safe integer for none. */
function isBound(value: unknown): value is number {
  return typeof value === "number" && Math.abs(value) < Number.MAX_SAFE_INTEGER;
}
