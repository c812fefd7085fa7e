import { expect, test } from "vitest";
import { VanishedError, type VanishedFile } from "../../../../src/packages/fetch/vanished.ts";
import { aDigest } from "../../../support/a-lock.ts";

function gone(name: string): VanishedFile {
  return { name, digest: aDigest(name) };
}

const mirror = "or name a mirror that keeps old versions as a further URL (qclock help mirrors).";

test("one package that is nowhere is named, with how to move it", () => {
  const error = new VanishedError([gone("bash 5.2-1")]);

  expect(error).toMatchObject({
    code: "package-vanished",
    message: "bash 5.2-1 is neither in the store nor on any mirror any more.",
    details: [],
    hint: `Move it to the newest version with \`qclock lock --update bash\`, ${mirror}`,
    files: [gone("bash 5.2-1")],
  });
});

test("several are told by their names in order, each name once in what to type", () => {
  const files = ["zlib1g 1", "bash 5.2-1", "bash 5.2-2"].map(gone);
  const error = new VanishedError(files);

  expect(error).toMatchObject({
    message: "3 packages are neither in the store nor on any mirror any more.",
    details: ["bash 5.2-1", "bash 5.2-2", "zlib1g 1"],
    hint: `Move them to the newest version with \`qclock lock --update bash zlib1g\`, ${mirror}`,
  });
  expect(error.files.map(({ name }) => name)).toEqual(["bash 5.2-1", "bash 5.2-2", "zlib1g 1"]);
});

test("of very many the first twenty are told, and nobody types more than five names", () => {
  const names = Array.from({ length: 21 }, (_, index) => `p${10 + index} 1`);
  const hintOf = (count: number): string =>
    new VanishedError(names.slice(0, count).map(gone)).hint ?? "";

  expect(new VanishedError(names.map(gone)).details).toEqual([...names.slice(0, 20), "and 1 more"]);
  expect(new VanishedError(names.slice(1).map(gone)).details).toEqual(names.slice(1));
  expect(hintOf(5)).toContain("`qclock lock --update p10 p11 p12 p13 p14`");
  expect(hintOf(6)).toContain("`qclock lock --update PACKAGE…`");
});
