import { expect, test } from "vitest";
import { scriptSteps } from "../../../../src/run/images/script-steps.ts";

test("the scripts of a package are one step, from the first one's beginning on", () => {
  const scripts = [
    { package: "dash", durationMs: 5, endedAtMs: 105 },
    { package: "php", durationMs: 20, endedAtMs: 130 },
    // Its turn for triggers.
    { package: "dash", durationMs: 2, endedAtMs: 200 },
  ];
  expect(scriptSteps("app", scripts)).toEqual([
    { image: "app", step: "scripts", package: "dash", startedAtMs: 100, durationMs: 7 },
    { image: "app", step: "scripts", package: "php", startedAtMs: 110, durationMs: 20 },
  ]);
  expect(scriptSteps("app", [])).toEqual([]);
});
