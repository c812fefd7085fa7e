import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { documents } from "../../../docs/documents.ts";
import { explanations } from "../../../src/explanations.ts";
import { screenOf } from "../../support/read-manifest.ts";

const root = path.resolve(import.meta.dirname, "../../..");

test.each([...documents().keys()])("%s is what `npm run docs` writes", (file) => {
  expect(readFileSync(path.join(root, file), "utf8")).toBe(documents().get(file));
});

test("the example that the reference begins with is a valid manifest", () => {
  const page = readFileSync(path.join(root, "docs/manifest.md"), "utf8");
  const [, example = ""] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
  expect(example).toContain("name: shop");
  expect(screenOf(example)).toBe("");
});

test("the manifest of the project is valid, and its first line names the schema", () => {
  const text = readFileSync(path.join(root, "stack.config.yaml"), "utf8");
  expect(text).toMatch(/^# yaml-language-server: \$schema=\.\/schema\/stack\.schema\.json\n/);
  expect(screenOf(text)).toBe("");
});

test.each([...explanations])("%s is explained in sentences", (_code, explanation) => {
  expect(explanation.title).toMatch(/^[A-Z].*[^.]$/);
  expect(explanation.explanation).toMatch(/^\S.*\.$/s);
  expect(explanation.fix).toMatch(/^\S.*\.$/s);
});
