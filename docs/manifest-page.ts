import { readFileSync } from "node:fs";
import path from "node:path";
import { Document } from "yaml";
import { alternativesOf, describeType, isNode, type SchemaNode } from "./field-type.ts";

/** docs/manifest.md: what cannot be said field by field, then every field of the schema. */
export function manifestPage(schema: SchemaNode): string {
  const introduction = readFileSync(
    path.join(import.meta.dirname, "manifest-introduction.md"),
    "utf8",
  );
  const sections = sectionsOf({ node: schema, title: "The manifest", place: [] });
  return `${introduction}\n${sections.join("\n")}`;
}

interface Place {
  readonly node: SchemaNode;
  readonly title: string;
  /** Keys from the root, with a word in brackets for a name that the user chooses. */
  readonly place: readonly string[];
}

/** A section for each map with fixed keys, depth first, so that the page reads like a manifest. */
function sectionsOf({ node, title, place }: Place): readonly string[] {
  return alternativesOf(node).flatMap((each) => {
    const { properties, additionalProperties, items } = each;
    if (isNode(items)) return sectionsOf({ node: items, title, place: [...place, "[]"] });
    if (!isNode(properties)) {
      if (!isNode(additionalProperties)) return [];
      return sectionsOf({ node: additionalProperties, title, place: [...place, "<name>"] });
    }
    const below = Object.entries(properties).flatMap(([key, child]) =>
      isNode(child) ? sectionsOf({ node: child, title: key, place: [...place, key] }) : [],
    );
    return [section(title, place, each), ...below];
  });
}

function section(title: string, place: readonly string[], node: SchemaNode): string {
  const heading = place.length === 0 ? title : `\`${place.join(".").replaceAll(".[]", "[]")}\``;
  const properties = isNode(node["properties"]) ? node["properties"] : {};
  const required: readonly unknown[] = Array.isArray(node["required"]) ? node["required"] : [];
  const rows = Object.entries(properties).flatMap(([key, field]) =>
    isNode(field)
      ? [row(key, field, required.includes(key) && field["default"] === undefined)]
      : [],
  );
  return [
    `## ${heading}`,
    "",
    "| key | type | default | meaning | example |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

function row(key: string, field: SchemaNode, isRequired: boolean): string {
  const { default: preset, description, examples } = field;
  const [example]: readonly unknown[] = Array.isArray(examples) ? examples : [];
  const cells = [
    `\`${key}\``,
    describeType(field),
    isRequired ? "**required**" : preset === undefined ? "" : code(preset),
    typeof description === "string" ? description : "",
    example === undefined ? "" : code(example),
  ];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** A value as it would be written in the manifest, on one line. */
function code(value: unknown): string {
  const text = new Document(value).toString({ collectionStyle: "flow", lineWidth: 0 }).trim();
  return text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``;
}
