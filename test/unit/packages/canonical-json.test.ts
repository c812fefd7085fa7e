import { expect, test } from "vitest";
import { canonicalJson, digestOf } from "../../../src/packages/canonical-json.ts";

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
])("%j", ([value, expected]) => {
  expect(canonicalJson(value)).toBe(expected);
});

test("equal values have equal digests, other values others", () => {
  expect(digestOf({ a: 1, b: 2 })).toBe(digestOf({ b: 2, a: 1 }));
  expect(digestOf({ a: 1 })).not.toBe(digestOf({ a: "1" }));
});
