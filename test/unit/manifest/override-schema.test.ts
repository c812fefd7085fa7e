import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { isSchemaNode, manifestJsonSchema } from "../../../src/manifest/json-schema.ts";
import { overrideJsonSchema } from "../../../src/manifest/override-schema.ts";

const schema = z.fromJSONSchema(overrideJsonSchema());
const accepts = (value: unknown): boolean => schema.safeParse(value).success;

const file = path.resolve(import.meta.dirname, "../../../stack.config.yaml");
const manifest: unknown = parse(readFileSync(file, "utf8"), { merge: true });

/** The paths of all keys that are not in lists. */
function pathsOf(value: unknown, place: readonly string[] = []): readonly (readonly string[])[] {
  if (!isSchemaNode(value)) return [];
  return Object.entries(value).flatMap(([key, child]) => [
    [...place, key],
    ...pathsOf(child, [...place, key]),
  ]);
}

/** A copy in which the value at a path is another one, or its key is not there. */
function changed(value: unknown, [key, ...rest]: readonly string[], to: unknown): unknown {
  if (!isSchemaNode(value) || key === undefined) return value;
  const { [key]: child, ...others } = value;
  if (rest.length > 0) return { ...value, [key]: changed(child, rest, to) };
  return to === undefined ? others : { ...others, [key]: to };
}

test("no key of a manifest is needed, and each may be without a value", () => {
  const paths = pathsOf(manifest);
  expect(paths.length).toBeGreaterThan(70);
  expect(accepts(manifest)).toBe(true);
  const refused = paths.flatMap((each) =>
    [undefined, null].flatMap((to) =>
      accepts(changed(manifest, each, to)) ? [] : [`${each.join(".")}: ${to}`],
    ),
  );
  expect(refused).toEqual([]);
});

test.each([
  ["a service's one key", "services: { app: { hostname: a } }", true],
  ["a number from a variable", 'services: { app: { pids_limit: "${PIDS}" } }', true],
  ["one field of a map that has a short form", "images: { a: { build: { target: x } } }", true],
  ["an extension", "x-app: { a: 1 }", true],
  ["an unknown key", "services: { app: { hostnam: a } }", false],
  ["a value of another kind", "services: { app: { pids_limit: many } }", false],
  [
    "an item of a list without what it needs",
    "services: { app: { volumes: [{ type: volume }] } }",
    false,
  ],
])("%s", (_what, text, isAccepted) => {
  expect(accepts(parse(text))).toBe(isAccepted);
});

test("every key of the manifest's schema stands in it, with what it means", () => {
  const override = described(overrideJsonSchema());
  const known = described(manifestJsonSchema());

  expect(known.size).toBeGreaterThan(100);
  expect(override).toEqual(known);
});

/** The descriptions of the schema's keys, by their path. */
function described(node: unknown, place = ""): ReadonlyMap<string, unknown> {
  if (Array.isArray(node)) return new Map(node.flatMap((each) => [...described(each, place)]));
  if (!isSchemaNode(node)) return new Map();
  const { properties, anyOf, items, additionalProperties } = node;
  const own = Object.entries(isSchemaNode(properties) ? properties : {}).flatMap(
    ([key, child]): (readonly [string, unknown])[] => [
      [`${place}.${key}`, isSchemaNode(child) ? child["description"] : undefined],
      ...described(child, `${place}.${key}`),
    ],
  );
  return new Map([
    ...own,
    ...described(anyOf, place),
    ...described(items, `${place}[]`),
    ...described(additionalProperties, `${place}.<name>`),
  ]);
}
