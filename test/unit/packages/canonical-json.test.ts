import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { canonicalJson, digestOf, LazyFields } from "../../../src/packages/canonical-json.ts";

test.for<readonly [unknown, string]>([
  [{ b: 1, a: 2 }, '{"a":2,"b":1}'],
  [{ a: { z: 1, y: [{ d: 1, c: 2 }] } }, '{"a":{"y":[{"c":2,"d":1}],"z":1}}'],
  [
    new Map([
      ["b", 1],
      ["a", 2],
    ]),
    '{"a":2,"b":1}',
  ],
  [
    {
      map: new Map([
        [
          "x",
          new Map([
            ["b", 1],
            ["a", 2],
          ]),
        ],
      ]),
    },
    '{"map":{"x":{"a":2,"b":1}}}',
  ],
  [[3, 1, 2], "[3,1,2]"],
  [{ a: undefined }, "{}"],
  [null, "null"],
  ["é", '"é"'],
  [{ b: 1, 10: 2, 9: 3, "01": 4, a: 5 }, '{"9":3,"10":2,"01":4,"a":5,"b":1}'],
  [
    new Map([
      ["10", 1],
      ["a/1", 2],
      ["9", 3],
    ]),
    '{"9":3,"10":1,"a/1":2}',
  ],
  [[undefined, { a: [undefined] }], '[null,{"a":[null]}]'],
  [
    { a: [1, 2].values().map((item) => ({ item, none: undefined })) },
    '{"a":[{"item":1},{"item":2}]}',
  ],
])("%j", ([value, expected]) => {
  expect(canonicalJson(value)).toBe(expected);
});

test("equal values have equal digests, other values others", () => {
  expect(digestOf({ a: 1, b: 2 })).toBe(digestOf({ b: 2, a: 1 }));
  expect(digestOf({ a: 1 })).not.toBe(digestOf({ a: "1" }));
});

test("the digest of a large value is the one of its text", () => {
  const large = {
    files: new Map(Array.from({ length: 20_000 }, (_, index) => [`é/${index}`, `${index}`])),
    after: 1,
  };
  const text = canonicalJson(large);

  expect(text.length).toBeGreaterThan(200_000);
  expect(digestOf(large)).toBe(`sha256:${createHash("sha256").update(text).digest("hex")}`);
});

test.for<readonly (readonly [string, unknown])[]>([
  [],
  [["a", 1]],
  [
    ["a", 1],
    ["b", 2],
  ],
  [
    ["b", 2],
    ["a", 1],
  ],
  [
    ["a", 1],
    ["10", 2],
    ["9", 3],
  ],
  [
    ["9", 1],
    ["10", 2],
  ],
  [
    ["a", undefined],
    ["b", 2],
  ],
  [["a", { z: 1, y: [] }]],
])("fields that are made while they are written give the text of an object: %j", (fields) => {
  expect(canonicalJson(new LazyFields(fields))).toBe(canonicalJson(new Map(fields)));
});

test("of fields of the same name the last one counts", () => {
  const fields = [["a", 1] as const, ["a", 2] as const];
  expect(canonicalJson(new LazyFields(fields))).toBe('{"a":2}');
});
