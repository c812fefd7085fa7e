import { expect, test } from "vitest";
import type { LockedWheel } from "../../../../src/packages/package.ts";
import { wheelFile } from "../../../../src/packages/wheels/locked-wheel.ts";
import type { PythonIndex } from "../../../../src/packages/wheels/python-index.ts";
import { aDigest } from "../../../support/a-lock.ts";

const wheel: LockedWheel = {
  name: "click",
  version: "8.1.7",
  file: "click-8.1.7-py3-none-any.whl",
  digest: aDigest("click"),
  sizeBytes: 97_900,
  reasons: [{ type: "requested" }],
};
const other = { ...wheel, file: "click-8.1.6-py3-none-any.whl", digest: aDigest("older") };

/** Where the wheel would be fetched from, with an index that lists these files. */
async function placesIn(
  files:
    | readonly (Pick<LockedWheel, "file"> & { url: string; digest?: LockedWheel["digest"] })[]
    | undefined,
): Promise<readonly string[]> {
  const index = {
    filesOf: async () => files,
    describe: async () => "The index https://pypi.invalid/simple",
  } as unknown as PythonIndex;
  return await wheelFile(wheel, async () => index).urls();
}

test("a wheel is fetched under its name and version, proved, and with what its lock knows of it", () => {
  const file = wheelFile(wheel, () => Promise.reject(new Error("no index is asked")));
  expect(file).toMatchObject({
    name: "click 8.1.7 (click-8.1.7-py3-none-any.whl)",
    digest: wheel.digest,
    sizeBytes: 97_900,
    prove: true,
  });
});

test("the first file with the locked bytes is taken, whatever it is called", async () => {
  const files = [
    { ...other, url: "https://a.invalid/0" },
    { file: "renamed.whl", digest: wheel.digest, url: "https://a.invalid/1" },
    { file: wheel.file, digest: wheel.digest, url: "https://a.invalid/2" },
  ];
  expect(await placesIn(files)).toEqual(["https://a.invalid/1"]);
});

test("of an index that tells no hashes the file of that name is taken", async () => {
  const files = [
    { file: other.file, url: "https://a.invalid/0" },
    { file: wheel.file, digest: other.digest, url: "https://a.invalid/1" },
    { file: wheel.file, url: "https://a.invalid/2" },
  ];
  expect(await placesIn(files)).toEqual(["https://a.invalid/2"]);
});

test.each([
  ["no such project", undefined, "as it is"],
  ["no such file", [{ ...other, url: "https://a.invalid/0" }], "as it is"],
  [
    "other bytes under that name",
    [{ file: wheel.file, digest: other.digest, url: "https://a.invalid/0" }],
    "with the hash",
  ],
])("an index with %s is refused with its name", async (_, files, how) => {
  await expect(placesIn(files)).rejects.toMatchObject({
    code: "index-unreachable",
    message: `The index https://pypi.invalid/simple has no click-8.1.7-py3-none-any.whl ${how} that the lock names.`,
  });
});
