import { expect, test } from "vitest";
import { formatSpecifier } from "../../../../src/python/specifier.ts";
import { parseMetadata } from "../../../../src/packages/wheels/metadata.ts";

const head = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n";

test.each([
  [`Metadata-Version: 2.1\nName: ${"x".repeat(1000)}\nVersion: 2\n`, "its METADATA is of xxx"],
  [`${head}Requires-Dist: a ${"!".repeat(1000)}\n`, 'its requirement "a !!!'],
  [`${head}Requires-Dist: a; ${"b".repeat(1000)} == "1"\n`, 'its requirement "a; bbb'],
  [`${head}Requires-Python: ${"?".repeat(1000)}\n`, 'the Python that it requires, "???'],
])("what is wrong is told in a line that can be read (%#)", (text, beginning) => {
  const refused = expect.objectContaining({
    message: expect.stringMatching(/^.{1,300}$/),
  });
  const parse = (): unknown => parseMetadata(text, { name: "demo", version: "1.0" });
  expect(parse).toThrow(refused);
  expect(parse).toThrow(beginning);
});

/** What is read of a METADATA, as text. */
function read(text: string): readonly string[] {
  const { requires, requiresPython } = parseMetadata(text, { name: "demo", version: "1.0" });
  return [
    requiresPython.map(formatSpecifier).join(","),
    ...requires.map(
      ({ name, extras, specifiers }) =>
        `${name}[${extras.join(",")}]${specifiers.map(formatSpecifier).join(",")}`,
    ),
  ];
}

test("fields are found by their names in any case, in their order, up to the description", () => {
  const fields = "requires-dist: b >=1\nRequires-Python: >=3.8, <4\nREQUIRES-DIST: a[x,y]\n";
  const body = "\nRequires-Dist: c\nRequires-Python: <2\n";
  expect(read(head + fields + body)).toEqual([">=3.8,<4", "b[]>=1", "a[x,y]"]);
  expect(read((head + fields + body).replaceAll("\n", "\r\n"))).toEqual([
    ">=3.8,<4",
    "b[]>=1",
    "a[x,y]",
  ]);
});

test("a field goes on on lines that are indented, and what is no field is passed over", () => {
  expect(read(`${head}Requires-Dist: a\n\t>=1,\n <2\nno field\nRequires-Dist: b\n`)).toEqual([
    "",
    "a[]>=1,<2",
    "b[]",
  ]);
  expect(read(` before all\n${head}`)).toEqual([""]);
});

test("the name is compared as indexes have it, and the version by its value", () => {
  const parse = (name: string, version: string): unknown =>
    parseMetadata(`Name: ${name}\nVersion: ${version}\n`, { name: "my-demo", version: "1.0" });
  expect(parse("My_Demo", "1.0.0")).toEqual({ requires: [], requiresPython: [] });
  expect(() => parse("other", "1.0")).toThrow("its METADATA is of other 1.0");
  expect(() => parse("my.demo", "1.1")).toThrow("its METADATA is of my.demo 1.1");
  expect(() => parseMetadata("", { name: "my-demo", version: "1.0" })).toThrow(
    "its METADATA is of no project",
  );
});

test("5000 requirements are not too many", () => {
  const lines = Array.from({ length: 5000 }, () => "Requires-Dist: b\n");
  expect(
    parseMetadata(head + lines.join(""), { name: "demo", version: "1.0" }).requires,
  ).toHaveLength(5000);
});

test("the second of two fields of a name may go on, and a blank behind the colon is not needed", () => {
  expect(read(`${head}Requires-Dist:a\nRequires-Dist: b\n  >=1\nRequires-Python:>=3\n`)).toEqual([
    ">=3",
    "a[]",
    "b[]>=1",
  ]);
});

test("a field ends its name at its first colon", () => {
  const parse = (): unknown =>
    parseMetadata("Name: a:b\nVersion: 1\n", { name: "a", version: "1" });
  expect(parse).toThrow("its METADATA is of a:b 1");
});
