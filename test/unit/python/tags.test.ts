import { expect, test } from "vitest";
import { compatibleTags } from "../../../src/python/tags.ts";
import { parseWheelName } from "../../../src/python/wheel-name.ts";

const debian = { major: 3, minor: 11, glibc: [2, 36], machine: "x86_64" } as const;

test("the tags of Debian 12's Python, the best first", () => {
  const tags = compatibleTags(debian);
  // As `pip debug --verbose` lists them there, less the one for the distribution's own ABI.
  expect(tags).toHaveLength(914);
  expect(tags.slice(0, 3)).toEqual([
    "cp311-cp311-manylinux_2_36_x86_64",
    "cp311-cp311-manylinux_2_35_x86_64",
    "cp311-cp311-manylinux_2_34_x86_64",
  ]);
  const rank = (tag: string): number => tags.indexOf(tag);
  const inOrder = [
    "cp311-cp311-manylinux_2_17_x86_64",
    "cp311-cp311-manylinux2014_x86_64",
    "cp311-cp311-manylinux_2_12_x86_64",
    "cp311-cp311-manylinux2010_x86_64",
    "cp311-cp311-manylinux1_x86_64",
    "cp311-cp311-linux_x86_64",
    "cp311-abi3-manylinux_2_36_x86_64",
    "cp311-none-linux_x86_64",
    "cp310-abi3-manylinux_2_36_x86_64",
    "cp32-abi3-linux_x86_64",
    "py311-none-manylinux_2_36_x86_64",
    "py3-none-linux_x86_64",
    "cp311-none-any",
    "py311-none-any",
    "py3-none-any",
    "py310-none-any",
    "py30-none-any",
  ].map(rank);
  expect(inOrder.every((place) => place >= 0)).toBe(true);
  expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));
});

test("another C library, Python or machine is not among them", () => {
  const tags = new Set(compatibleTags(debian));
  for (const tag of [
    "cp311-cp311-manylinux_2_37_x86_64",
    "cp311-cp311-musllinux_1_1_x86_64",
    "cp312-cp312-manylinux_2_17_x86_64",
    "cp312-abi3-manylinux_2_17_x86_64",
    "cp311-cp311-manylinux_2_17_aarch64",
    "py2-none-any",
    "cp310-none-any",
  ])
    expect([tag, tags.has(tag)]).toEqual([tag, false]);
});

test("wheels for ARM begin with glibc 2.17", () => {
  const tags = compatibleTags({ ...debian, machine: "aarch64" });
  expect(tags).toContain("cp311-cp311-manylinux2014_aarch64");
  expect(tags).not.toContain("cp311-cp311-manylinux_2_16_aarch64");
});

test("the name of a wheel says what it is for", () => {
  expect(parseWheelName("Foo_Bar-1.0_1-2b-py2.py3-none-any.whl")).toEqual({
    file: "Foo_Bar-1.0_1-2b-py2.py3-none-any.whl",
    name: "foo-bar",
    version: "1.0-1",
    build: [2, "b"],
    tags: ["py2-none-any", "py3-none-any"],
  });
});

test.each([
  "foo-1.0.tar.gz",
  "foo-1.0-py3-none.whl",
  "foo-1.0-x-py3-none-any.whl",
  "../foo-1.0-py3-none-any.whl",
  "-1.0-py3-none-any.whl",
  `foo-1.0-${"a.".repeat(100)}a-${"b.".repeat(100)}b-any.whl`,
])("%s is no wheel's name", (file) => {
  expect(parseWheelName(file)).toBeUndefined();
});
