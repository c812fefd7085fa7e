import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { encodeHeader } from "../../../../../src/packages/rpm/header/encode-header.ts";
import { nevraOf } from "../../../../../src/packages/rpm/header/nevra.ts";
import { readPackageFile } from "../../../../../src/packages/rpm/file/package-file.ts";
import { RpmHeader } from "../../../../../src/packages/rpm/header/header.ts";
import { signatureTags, tags } from "../../../../../src/packages/rpm/header/tags.ts";
import { aPackage } from "../../../../support/rpm/a-package.ts";
import { numbers, text } from "../../../../support/rpm/header-entries.ts";
import { temporaryFolder } from "../../../../support/temporary-store.ts";

const LEAD = 96;

async function read(bytes: Uint8Array): ReturnType<typeof readPackageFile> {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, "hello.rpm");
  await writeFile(file, bytes);
  return await readPackageFile(file);
}

function changed(at: number, ...values: readonly number[]): Buffer {
  const bytes = aPackage();
  bytes.set(values, at);
  return bytes;
}

describe("the file of a package", () => {
  test("is two headers and a payload", async () => {
    const bytes = aPackage({ payload: Buffer.from("the payload"), epoch: 3 });
    const { signature, header, headerStart, payloadStart, sizeBytes } = await read(bytes);
    expect(signature.numbers(signatureTags.size)).toEqual([bytes.length - headerStart]);
    expect(nevraOf(header)).toEqual({
      name: "hello",
      version: "3:1.0-1.el9",
      architecture: "x86_64",
    });
    expect(headerStart % 8).toBe(0);
    expect(bytes.subarray(payloadStart).toString()).toBe("the payload");
    expect(sizeBytes).toBe(bytes.length);
  });

  const headerAt = 8 + aPackage().lastIndexOf(Buffer.from("8eade80100000000", "hex"));

  test.each<[string, Buffer, string]>([
    ["no bytes", Buffer.alloc(0), "it ends in the middle"],
    ["another file", Buffer.alloc(200), "it is not an RPM package"],
    ["an old format", changed(4, 2), "its format has version 2"],
    ["a new format", changed(4, 5), "its format has version 5"],
    ["sources", changed(7, 1), "it is a package of sources"],
    ["signatures of another form", changed(79, 1), "it has no signature header"],
    ["no signature header", changed(LEAD, 0), "no header where its first should be"],
    ["no header", changed(headerAt - 8, 0), "no header where its second should be"],
    ["too many signatures", changed(LEAD + 11, 33), "its signature header claims 33 entries"],
    [
      "too long signatures",
      changed(LEAD + 12, 15),
      "its signature header claims 5 entries and 2516",
    ],
    ["a header beyond the end", changed(headerAt + 4, 1), "it ends in the middle of its header"],
    [
      "a header of too many bytes",
      changed(headerAt + 4, 255),
      "its header claims 11 entries and 42",
    ],
    ["a header of too many entries", changed(headerAt, 1), "its header claims 16777227 entries"],
  ])("is refused: %s", async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toThrow(message);
  });
});

describe("the name of a package", () => {
  const nevra = (name: string, version: string, release: string, architecture: string): unknown =>
    nevraOf(
      RpmHeader.parse(
        encodeHeader([
          text(tags.name, name),
          text(tags.version, version),
          text(tags.release, release),
          numbers(tags.epoch, [0]),
          text(tags.architecture, architecture),
        ]),
      ),
    );

  test("has no epoch of 0", () => {
    expect(nevra("libstdc++", "1.0~rc1", "1^git2.el9_2", "noarch")).toEqual({
      name: "libstdc++",
      version: "1.0~rc1-1^git2.el9_2",
      architecture: "noarch",
    });
  });

  test.each([
    ["", "1", "1", "noarch"],
    ["../x", "1", "1", "noarch"],
    ["-x", "1", "1", "noarch"],
    ["x y", "1", "1", "noarch"],
    ["x\n", "1", "1", "noarch"],
    ["ä", "1", "1", "noarch"],
    ["x".repeat(257), "1", "1", "noarch"],
    ["x", "1-1", "1", "noarch"],
    ["x", "1:1", "1", "noarch"],
    ["x", "1", "", "noarch"],
    ["x", "1", "1", "no/arch"],
  ])("is refused: %j %j %j %j", (...parts) => {
    expect(() => nevra(...parts)).toThrow(/^it says ".*" as tag 10\d\d$/);
  });
});
