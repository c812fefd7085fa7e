import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { ByteReader } from "../../../../src/archive/byte-reader.ts";
import { readMembers } from "../../../../src/packages/deb/members.ts";
import { arOf } from "../../../support/deb.ts";
import { tarOf } from "../../../support/tar.ts";

type Member = readonly [name: string, content: Uint8Array];

const format: Member = ["debian-binary", Buffer.from("2.0\n")];
const control: Member = ["control.tar", tarOf([])];
const data: Member = ["data.tar", tarOf([])];

/** Read a package of these members; gives the first bytes of what each visitor was given. */
async function read(members: readonly Member[], only?: "control"): Promise<readonly string[]> {
  const bytes = arOf(members);
  const seen: string[] = [];
  const visit = (name: string) => async (tar: ByteReader) => {
    const first = Buffer.from((await tar.read(4)) ?? []).toString("latin1");
    seen.push(`${name} ${first.replaceAll("\0", "")}`);
  };
  const reader = new ByteReader(
    (async function* () {
      yield bytes;
    })(),
  );
  await readMembers(reader, bytes.length, {
    control: visit("control"),
    ...(only === undefined ? { data: visit("data") } : {}),
  });
  return seen;
}

function text(content: string): Uint8Array {
  return Buffer.from(content);
}

test("the two archives are read in their order, packed or not, at odd sizes too", async () => {
  expect(
    await read([
      ["debian-binary", text("2.17\n")],
      ["control.tar", text("c".repeat(513))],
      ["data.tar.gz", gzipSync("data")],
    ]),
  ).toEqual(["control cccc", "data data"]);
});

test("members with an underscore are passed over, and further ones left alone", async () => {
  const between: Member = ["_gpg", text("odd")];
  expect(
    await read([
      format,
      between,
      ["control.tar", text("ctrl")],
      between,
      ["data.tar", text("data!")],
      ["more", text("x")],
    ]),
  ).toEqual(["control ctrl", "data data"]);
});

test("what nobody asks for is not read", async () => {
  expect(await read([format, ["control.tar", text("ctrl")]], "control")).toEqual(["control ctrl"]);
});

test.each<readonly [what: string, members: readonly Member[], message: string]>([
  ["nothing", [], "its first member is not debian-binary"],
  ["another first member", [control], "its first member is not debian-binary"],
  [
    "a first member that is too long",
    [["debian-binary", text("2.0\n".padEnd(65, "x"))], control, data],
    "its first member is not debian-binary",
  ],
  [
    "another format",
    [["debian-binary", text("3.0\n")], control, data],
    'its format is "3.0", and qclock reads version 2 alone',
  ],
  ["no control archive", [format], "it holds no control.tar"],
  ["no data", [format, control], "it holds no data.tar"],
  [
    "its archives in another order",
    [format, data, control],
    'it holds "data.tar" where control.tar should be',
  ],
  [
    "another compression",
    [format, ["control.tar.lzma", text("x")], data],
    '"control.tar.lzma" is compressed in a way that qclock does not read, as it does gz, xz and zst',
  ],
])("a package with %s is refused", async (_, members, message) => {
  await expect(read(members)).rejects.toThrow(message);
});

test("a format member as long as one may be is taken", async () => {
  const longest: Member = ["debian-binary", text("2.0\n".padEnd(64, "\n"))];
  expect(await read([longest, control, data])).toHaveLength(2);
});

test("a control archive that becomes far more than any is refused", async () => {
  const bomb: Member = ["control.tar.gz", gzipSync(Buffer.alloc(33 * 1024 ** 2), { level: 1 })];
  const reader = (bytes: Uint8Array): ByteReader =>
    new ByteReader(
      (async function* () {
        yield bytes;
      })(),
    );
  const bytes = arOf([format, bomb, data]);
  const reading = readMembers(reader(bytes), bytes.length, {
    control: async (tar) => tar.skip(33 * 1024 ** 2),
  });
  await expect(reading).rejects.toThrow("larger than 33554432 bytes when unpacked");
});
