import { expect, test } from "vitest";
import { loadManifest } from "../../../src/manifest/load.ts";

function problemsOf(text: string): readonly string[] {
  const loaded = loadManifest({
    path: "/p/stack.config.yaml",
    text,
    displayPath: "stack.config.yaml",
    environment: new Map(),
  });
  return loaded.ok
    ? []
    : loaded.error.map(({ code, location }) => `${location.line}:${location.column} ${code}`);
}

test("a slip is told once, not at every token that follows from it", () => {
  const slip = "name: t\nimages:\n  a: { labels: { x: ${X} } }\n  b: { from: a, files: [x, y] }\n";
  expect(problemsOf(slip)).toEqual(["3:22 yaml-syntax"]);
});
