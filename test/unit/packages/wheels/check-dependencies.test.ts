import { expect, test } from "vitest";
import { checkDependencies } from "../../../../src/packages/wheels/check-dependencies.ts";
import { markerEnvironment } from "../../../../src/packages/wheels/environment.ts";
import { parseMetadata } from "../../../../src/packages/wheels/metadata.ts";
import { aPython } from "../../../support/wheel.ts";

const environment = markerEnvironment(aPython, "amd64");

function present(
  name: string,
  extras: readonly string[],
  requires: readonly string[],
  python = "",
) {
  const lines = [`Requires-Python: ${python}`, ...requires.map((each) => `Requires-Dist: ${each}`)];
  const text = `Name: ${name}\nVersion: 1\n${lines.join("\n")}\n`;
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

test("what is missing, of another version, or for another Python is told, each once", () => {
  const wheels = [
    present("a", [], ["b>=2", "b>=2", "c", "d; python_version < '3'", "a>=2"], ">=3.12"),
    present("b", [], ["a"], ">=3.8,!=3.9.1"),
  ];
  expect(checkDependencies(wheels, environment).problems).toEqual([
    "a 1 needs Python >=3.12, and the image has 3.11.2",
    "a 1 needs b>=2, and gets 1",
    "a 1 needs c, which no line names",
    "a 1 needs a>=2, and gets 1",
  ]);
});

test("a wheel is there for those that need it, by their names, and not for itself", () => {
  const wheels = [
    present("z", [], ["lib>=1", "lib<3"]),
    present("a", [], ["lib"]),
    present("lib", [], ["lib[x]"]),
  ];
  expect(checkDependencies(wheels, environment)).toEqual({
    problems: [],
    reasons: new Map([
      ["z", [{ type: "requested" }]],
      ["a", [{ type: "requested" }]],
      [
        "lib",
        [
          { type: "dependency", of: "a", relation: "lib" },
          { type: "dependency", of: "z", relation: "lib>=1" },
        ],
      ],
    ]),
  });
});

test.each([
  ["os_name == 'posix'", true],
  ["sys_platform == 'linux'", true],
  ["sys_platform == 'win32'", false],
  ["platform_machine == 'x86_64'", true],
  ["platform_machine == 'aarch64'", false],
  ["platform_system == 'Linux'", true],
  ["platform_release == ''", true],
  ["platform_python_implementation == 'CPython'", true],
  ["implementation_name == 'cpython'", true],
  ["implementation_version >= '3.11.2'", true],
  ["python_version == '3.11'", true],
  ["python_full_version == '3.11.2'", true],
  ["python_full_version >= '3.11.3'", false],
  ["extra == 'x'", false],
])("in an image of Debian 12 on amd64 %s holds: %s", (marker, expected) => {
  const { problems } = checkDependencies([present("a", [], [`b; ${marker}`])], environment);
  expect(problems.length).toBe(expected ? 1 : 0);
});

test("arm64 is called aarch64 by Python", () => {
  const wheels = [present("a", [], ["b; platform_machine == 'aarch64'"])];
  expect(checkDependencies(wheels, markerEnvironment(aPython, "arm64")).problems).toHaveLength(1);
});

test("an extra that is asked for under a marker that does not hold is not followed", () => {
  const wheels = [
    present("a", [], ["b[deep]; sys_platform == 'win32'", "c[deep]; sys_platform == 'linux'"]),
    present("b", [], ["missing-one; extra == 'deep'"]),
    present("c", [], ["missing-two; extra == 'deep'"]),
  ];
  expect(checkDependencies(wheels, environment).problems).toEqual([
    "c 1 needs missing-two, which no line names",
  ]);
});

test("problems come in the order of the wheels and of what they need", () => {
  const wheels = [
    present("z", [], ["two", "one"], "<3"),
    present("a", [], ["three"]),
    present("m", ["x", "y"], ["four; extra == 'y'", "five; extra == 'x'", "six; extra == 'z'"]),
  ];
  expect(checkDependencies(wheels, environment).problems).toEqual([
    "z 1 needs Python <3, and the image has 3.11.2",
    "z 1 needs two, which no line names",
    "z 1 needs one, which no line names",
    "a 1 needs three, which no line names",
    "m 1 needs four, which no line names",
    "m 1 needs five, which no line names",
  ]);
});
