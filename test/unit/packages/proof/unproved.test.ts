import { expect, test } from "vitest";
import { namesOf, unprovedError } from "../../../../src/packages/proof/unproved.ts";

const packages = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    name: `p${10 + index}`,
    version: "1",
  })).toReversed();

test("one package that nothing proves is named, with the ways out", () => {
  expect(unprovedError([{ name: "bash", version: "5" }], ["bookworm: offline"])).toMatchObject({
    code: "package-unproved",
    message: "Nothing proves that bash 5 is the distribution's.",
    details: ["bookworm: offline"],
    hint: "Move it with `qclock lock --update bash`, load a bundle that proves it, or take it unproved with --allow-unsigned.",
  });
});

test("several are listed with why there is not more evidence", () => {
  const error = unprovedError(
    [
      { name: "perl", version: "5" },
      { name: "bash", version: "6" },
      { name: "bash", version: "5" },
      { name: "bash", version: "5" },
    ],
    ["bookworm: offline"],
  );
  expect(error).toMatchObject({
    message: "Nothing proves that 3 packages are the distribution's.",
    details: ["bash 5", "bash 6", "perl 5", "bookworm: offline"],
    hint: "Move them with `qclock lock --update bash perl`, load a bundle that proves them, or take them unproved with --allow-unsigned.",
  });
});

test("of very many the first ten are listed, and nobody types more than five names", () => {
  const names = namesOf(packages(11));
  expect(names.slice(0, 2)).toEqual(["p10 1", "p11 1"]);
  expect(unprovedError(packages(10), []).details).toEqual(names.slice(0, 10));
  expect(unprovedError(packages(11), ["why"]).details).toEqual([
    ...names.slice(0, 10),
    "and 1 more",
    "why",
  ]);
  expect(unprovedError(packages(5), []).hint).toContain("--update p10 p11 p12 p13 p14`");
  expect(unprovedError(packages(6), []).hint).toContain("`qclock lock --update`, load");
});
