import { isSchemaNode, manifestJsonSchema, type SchemaNode } from "./json-schema.ts";

/**
 * The JSON Schema (draft 2020-12) of a file that is laid over a manifest, for editors: the same
 * keys, none of them needed, and each may be without a value, as `key: !reset null` is. Items of
 * lists are whole all the same, since they are added or take an earlier one's place.
 */
export function overrideJsonSchema(): SchemaNode {
  const { title: _, ...schema } = manifestJsonSchema();
  return { title: "qclock stack override", ...withoutNeeds(schema) };
}

function withoutNeeds(node: SchemaNode): SchemaNode {
  // What is not said here is what the earlier file says, and not the default.
  const { required: _required, default: _default, ...rest } = node;
  return Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [key, partWithoutNeeds(key, value)]),
  );
}

function partWithoutNeeds(key: string, value: unknown): unknown {
  if (key === "anyOf" && Array.isArray(value))
    return value.map((each: unknown) => (isSchemaNode(each) ? withoutNeeds(each) : each));
  if (!isSchemaNode(value)) return value;
  if (key === "additionalProperties") return orNothing(value);
  if (key !== "properties") return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, child]) => [
      name,
      isSchemaNode(child) ? orNothing(child) : child,
    ]),
  );
}

function orNothing(node: SchemaNode): SchemaNode {
  const { description, examples, ...constraint } = withoutNeeds(node);
  const { anyOf, ...others } = constraint;
  const isChoice = Array.isArray(anyOf) && Object.keys(others).length === 0;
  return {
    ...(description === undefined ? {} : { description }),
    ...(examples === undefined ? {} : { examples }),
    anyOf: [...(isChoice ? anyOf : [constraint]), { type: "null" }],
  };
}
