import { expect, test } from "vitest";
import { checkDependencies } from "../../../../src/packages/wheels/check-dependencies.ts";
import { markerEnvironment } from "../../../../src/packages/wheels/environment.ts";
import { parseMetadata } from "../../../../src/packages/wheels/metadata.ts";
import { aPython } from "../../../support/wheel.ts";

const environment = markerEnvironment(aPython, "amd64");

function present(name: string, extras: readonly string[], requires: readonly string[]) {
  const lines = requires.map((each) => `Requires-Dist: ${each}\n`);
  const text = `Name: ${name}\nVersion: 1\n${lines.join("")}`;
  return { name, version: "1", extras, metadata: parseMetadata(text, { name, version: "1" }) };
}

test("an extra asks for others, of itself and of other wheels, in whatever order they stand", () => {
  const wheels = [
    present("b", [], ["missing-one; extra == 'deep'", "missing-two; extra == 'other'"]),
    present("a", ["all"], ["b[deep]; extra == 'some'", "a[some]; extra == 'all'", "b"]),
  ];
  expect(checkDependencies(wheels, environment)).toEqual({
    problems: ["b 1 needs missing-one, which no line names"],
    reasons: new Map([
      ["b", [{ type: "dependency", of: "a", relation: "b" }]],
      ["a", [{ type: "requested" }]],
    ]),
  });
});

test("a chain of extras takes no time without end", () => {
  const last = 400;
  const chain = Array.from({ length: last }, (_, at) => `a[e${at + 1}]; extra == 'e${at}'`);
  const requires = [`missing; extra == 'e${last}'`, ...chain.toReversed()];
  const started = performance.now();
  expect(checkDependencies([present("a", ["e0"], requires)], environment).problems).toEqual([
    "a 1 needs missing, which no line names",
  ]);
  expect(performance.now() - started).toBeLessThan(5_000);
});

test("a wheel that requires without end is refused", () => {
  expect(() =>
    present(
      "a",
      [],
      Array.from({ length: 5001 }, () => "b"),
    ),
  ).toThrow("it requires more than 5000 projects");
});
