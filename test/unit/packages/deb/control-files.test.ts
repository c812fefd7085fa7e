import { expect, test } from "vitest";
import { ByteReader } from "../../../../src/archive/byte-reader.ts";
import { readControlFiles } from "../../../../src/packages/deb/control-files.ts";
import { type TarItem, tarOf } from "../../../support/tar.ts";

async function read(
  items: readonly TarItem[],
  bytes?: number,
): Promise<ReadonlyMap<string, string>> {
  const tar = tarOf(items).subarray(0, bytes);
  return readControlFiles(
    new ByteReader(
      (async function* () {
        yield tar;
      })(),
    ),
  );
}

const control = { path: "./control", content: "Package: a\n" };

test("the files of a control archive are read by their names, folders aside", async () => {
  const items = [
    { path: "./", type: "directory" },
    control,
    { path: "./postinst", content: "#!/bin/sh\n".padEnd(600, "#") },
    { path: "./conffiles", content: "" },
  ];
  expect([...(await read(items))].map(([name, content]) => [name, content.length])).toEqual([
    ["control", 11],
    ["postinst", 600],
    ["conffiles", 0],
  ]);
});

test.each<readonly [what: string, items: readonly TarItem[], message: string]>([
  ["no control file", [{ path: "./postinst" }], "it holds no control file"],
  [
    "a link",
    [control, { path: "./postinst", type: "symlink", target: "control" }],
    'its control archive holds the link "postinst"',
  ],
  ["a file twice", [control, control], 'its control archive holds "control" twice'],
  [
    "a control file that is too large",
    [{ path: "./control", claimedSize: 1024 ** 2 + 1 }],
    "its control file is larger than 1048576 bytes",
  ],
  [
    "too many files",
    [...Array.from({ length: 1000 }, (_, index) => ({ path: `./${index}` })), control],
    "it holds more than 1000 entries",
  ],
])("%s is refused", async (_, items, message) => {
  await expect(read(items)).rejects.toThrow(message);
});

test("a control file of the largest size is read, another file may be larger", async () => {
  const largest = { path: "./control", content: "x".repeat(1024 ** 2) };
  const larger = { path: "./md5sums", content: "x".repeat(1024 ** 2 + 1) };
  expect((await read([largest, larger])).get("md5sums")).toHaveLength(1024 ** 2 + 1);
});

test("a file that ends in the middle of a content is told so", async () => {
  await expect(read([control], 516)).rejects.toThrow("ends in the middle");
});
