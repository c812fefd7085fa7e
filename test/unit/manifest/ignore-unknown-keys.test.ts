import { expect, test } from "vitest";
import { loadManifest } from "../../../src/manifest/load.ts";

const request = {
  path: "/project/stack.config.yaml",
  displayPath: "stack.config.yaml",
  environment: new Map<string, string>(),
  text: "name: shop\nimagess: {}\nimages:\n  base: { from: scratch, usr: root }\n",
};

test("unknown keys are problems, and the rest can be read on all the same", () => {
  const strict = loadManifest(request);
  expect(strict.ok ? [] : strict.error.map(({ code, location }) => [code, location.line])).toEqual([
    ["unknown-key", 2],
    ["unknown-key", 4],
  ]);

  const rest = loadManifest({ ...request, ignoreUnknownKeys: true });
  expect(rest.ok && rest.value.manifest.images).toEqual({
    base: expect.objectContaining({ from: "scratch" }),
  });
});

test("what else is wrong is not ignored", () => {
  const read = loadManifest({ ...request, text: "name: 7\nx: 1\n", ignoreUnknownKeys: true });
  expect(read.ok ? [] : read.error.map(({ code }) => code)).toEqual(["wrong-type"]);
});
