import { expect, test } from "vitest";
import { holds, type MarkerEnvironment, parseMarker } from "../../../src/python/marker.ts";
import { parseRequirement } from "../../../src/python/requirement.ts";

const environment: MarkerEnvironment = {
  os_name: "posix",
  sys_platform: "linux",
  platform_machine: "x86_64",
  platform_python_implementation: "CPython",
  platform_release: "",
  platform_system: "Linux",
  platform_version: "",
  python_version: "3.11",
  python_full_version: "3.11.2",
  implementation_name: "cpython",
  implementation_version: "3.11.2",
};

test.each([
  ['python_version < "3.8"', false],
  // As texts, 3.9 would come behind 3.11.
  ['python_version >= "3.9"', true],
  ['python_full_version >= "3.11.3"', false],
  ['python_version ~= "3.8"', true],
  ['python_version == "3.*"', true],
  ['"3.9" < python_version', true],
  ['python_version in "3.10 3.11"', true],
  ['python_version not in "2.7, 3.0"', true],
  ['sys_platform == "win32"', false],
  ["'linux' in sys_platform", true],
  ['os.name == "posix" and python_implementation != "PyPy"', true],
  ['sys_platform == "win32" and python_version < "4" or os_name == "posix"', true],
  ['sys_platform == "win32" and (python_version < "4" or os_name == "posix")', false],
  ['(platform_machine == "x86_64")', true],
  ['platform_release >= "4"', false],
])("%s: %s", (text, expected) => {
  expect(holds(parseMarker(text), environment)).toBe(expected);
});

test("an extra is compared by its normalised name, and none is an empty text", () => {
  const marker = parseMarker('extra == "Foo_Bar"');
  expect(holds(marker, environment)).toBe(false);
  expect(holds(marker, environment, ["foo-bar"])).toBe(true);
  expect(holds(marker, environment, ["other", "foo-bar"])).toBe(true);
  expect(holds(parseMarker('extra != "x"'), environment)).toBe(true);
});

test.each([
  ['bogus == "1"', '"bogus" is no variable of a marker'],
  ["python_version <", "a variable or a text in quotes is missing"],
  ['(python_version > "3"', "a bracket is not closed"],
  ['python_version "3"', "a comparison is missing"],
  ['python_version > "3" "4"', "something stands behind its end"],
  ["python_version > '3", '"\'3" cannot be read'],
  [`${"(".repeat(100)}os_name == "x"${")".repeat(100)}`, "its brackets are nested too deeply"],
])("%s is no marker: %s", (text, message) => {
  expect(() => parseMarker(text)).toThrow(message);
});

test("a requirement in all its parts", () => {
  expect(
    parseRequirement('Uvicorn_X [standard, Watch.Files] (>=0.20,<1) ; os_name == "posix"'),
  ).toMatchObject({
    name: "uvicorn-x",
    extras: ["standard", "watch-files"],
    specifiers: [
      { operator: ">=", version: "0.20" },
      { operator: "<", version: "1" },
    ],
    markerText: 'os_name == "posix"',
  });
  expect(parseRequirement("a@https://x.example/a;b.whl ; os_name == 'nt'")).toMatchObject({
    url: "https://x.example/a;b.whl",
    markerText: "os_name == 'nt'",
  });
});

test.each([
  ["==1", "it does not begin with a project's name"],
  ["a[b", "the bracket of its extras is not closed"],
  ["a[b c]", '"b c" is no extra\'s name'],
  ["a >< 1", '">< 1" is no version specifier'],
  ["a b", '"b" is no version specifier'],
  ["a @", '"@" is not followed by a URL'],
  ["a; os_name", "a comparison is missing"],
])("%j is no requirement: %s", (text, message) => {
  expect(() => parseRequirement(text)).toThrow(message);
});

test("a place behind space without end takes no time without end", () => {
  const started = performance.now();
  expect(() => parseRequirement(`a @${" ".repeat(200_000)}b c`)).toThrow("not followed by a URL");
  expect(performance.now() - started).toBeLessThan(5_000);
});
