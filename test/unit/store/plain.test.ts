import { expect, test } from "vitest";
import { fromPlain, toPlain } from "../../../src/store/plain.ts";

test("maps, lists and objects survive the way through JSON, however they nest", () => {
  const value = {
    name: "qclock",
    images: new Map([
      ["base", { labels: new Map([["$map", "a label may have any name"]]), layers: [new Map()] }],
    ]),
    numbers: new Map([[1, true]]),
    nothing: null,
  };

  expect(fromPlain(JSON.parse(JSON.stringify(toPlain(value))))).toEqual(value);
});
