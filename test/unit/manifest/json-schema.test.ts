import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { describeManifest, manifestJsonSchema } from "../../../src/manifest/json-schema.ts";

type Node = Readonly<Record<string, unknown>>;

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Every field of the schema with its path. */
function fieldsOf(node: unknown, place: string): readonly (readonly [string, Node])[] {
  if (Array.isArray(node)) return node.flatMap((each) => fieldsOf(each, place));
  if (!isNode(node)) return [];
  const { properties, anyOf, items, additionalProperties } = node;
  const own = Object.entries(isNode(properties) ? properties : {}).flatMap(([key, field]) =>
    isNode(field)
      ? [[`${place}.${key}`, field] as const, ...fieldsOf(field, `${place}.${key}`)]
      : [],
  );
  return [
    ...own,
    ...fieldsOf(anyOf, place),
    ...fieldsOf(items, `${place}[]`),
    ...fieldsOf(additionalProperties, `${place}.<name>`),
  ];
}

const fields = fieldsOf(describeManifest(), "");

test("there are fields to look at", () => {
  expect(fields.length).toBeGreaterThan(100);
});

test.each(fields)("%s says what it means and shows an example", (_place, field) => {
  expect(field["description"]).toMatch(/[A-Z`][^]*\.$/);
  expect(field["examples"]).toContainEqual(expect.anything());
});

describe("what an editor accepts", () => {
  const schema = z.fromJSONSchema(manifestJsonSchema());
  const read = (text: string): boolean => schema.safeParse(parse(text)).success;

  test("the project's manifest", () => {
    const file = path.resolve(import.meta.dirname, "../../../stack.config.yaml");
    expect(read(readFileSync(file, "utf8"))).toBe(true);
  });

  test.each([
    ["a number from a variable", 'mem_limit: "${MEMORY}"\n    pids_limit: "${PIDS:-12}"', true],
    ["a port from a variable", 'ports: ["${PORT}:80"]', true],
    ["a choice from a variable", 'restart: "${RESTART}"', true],
    ["an unknown key", "prots: []", false],
    ["a number that is none", "pids_limit: many", false],
    ["an unquoted mode", "tmpfs: [{ target: /x, mode: 0755 }]", false],
  ])("%s", (_what, service, isAccepted) => {
    const text = `name: shop\nimages: { a: { from: scratch } }\nservices:\n  app:\n    image: a\n    ${service}\n`;
    expect(read(text)).toBe(isAccepted);
  });
});
