import { expect, test } from "vitest";
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
