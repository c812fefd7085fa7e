import { describe, expect, test } from "vitest";
import { loadText } from "../../../support/read-manifest.ts";

const head = 'name: s\nimages: { a: { from: scratch, user: "1:1" } }\n';

/** Where variables that are not set are shown, in a part that no schema looks at. */
function shown(part: string): readonly string[] {
  const text = `${head}x-part:\n${part.replaceAll(/^/gm, "  ")}\n`;
  const loaded = loadText(text, { environment: { SET: "1" } });
  return loaded.ok
    ? []
    : loaded.error.map(({ location: { line, column, offset, length } }) => {
        const place = `${line - 3}:${column - 2}`;
        return `${place} ${text.slice(offset, offset + length)}`;
      });
}

describe("a variable is shown where it stands in the text", () => {
  test.each([
    ["a: $NO", ["1:4 $NO"]],
    ["a: x ${NO} y", ["1:6 ${NO}"]],
    ["a: $NO.$NO", ["1:4 $NO", "1:8 $NO"]],
    ["a: $NO\nb: $NO", ["1:4 $NO", "2:4 $NO"]],
    ["a: '$NO'", ["1:5 $NO"]],
    ['a: "\\t$NO \\u00e9 $NO"', ["1:7 $NO", "1:18 $NO"]],
    ["a: |\n  one\n  $NO two\n", ["3:3 $NO"]],
    ["a: >-\n  one $SET\n  $NO\n  $NO\n", ["3:3 $NO", "4:3 $NO"]],
    ["a: [$SET, $NO]", ["1:11 $NO"]],
    ["$NO: a\nb: $SET", []],
    ["# $NO\na: $SET$$NO", []],
    // The text has a line end and an indent where the value has a space.
    ['a: "x ${NO\n  BODY} y"\nb: ${NO BODY}', ['1:4 "x ${NO', "3:4 ${NO BODY}"]],
    // Escapes hide it: nothing but the whole can be shown.
    ['a: "\\x24NO"\nb: $NO', ['1:4 "\\x24NO"', "2:4 $NO"]],
  ])("%j", (part, places) => {
    expect(shown(part)).toEqual(places);
  });
});

test("in maps of texts a value is the text that was written, whatever it looks like", () => {
  const loaded = loadText(
    `x-part: &part { VERSION: 1.10, MODE: 0755, FLAG: true, EXP: 1e3, TEXT: a }
${head}services:
  app:
    image: a
    environment: *part
    labels: { V: 1.10, F: false }
    probes: [{ http_get: { port: 80, json: { V: 1.10, F: true } } }]
  other:
    image: a
    environment: { A: "\${X}", B: "\${X}0", C: 1.50 }
`,
    { environment: { X: "1.10" } },
  );
  const services = loaded.ok ? loaded.value.manifest.services : {};
  expect(services["app"]).toMatchObject({
    environment: { VERSION: "1.10", MODE: "0755", FLAG: "true", EXP: "1e3", TEXT: "a" },
    labels: { V: "1.10", F: "false" },
    probes: [{ http_get: { json: { V: 1.1, F: true } } }],
  });
  expect(services["other"]).toMatchObject({
    environment: { A: "1.10", B: "1.100", C: "1.50" },
  });
});
