import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { encodeHeader } from "../../../../../src/packages/rpm/header/encode-header.ts";
import { fileHashOf } from "../../../../../src/packages/rpm/file/file-digest.ts";
import { RpmHeader } from "../../../../../src/packages/rpm/header/header.ts";
import { tags } from "../../../../../src/packages/rpm/header/tags.ts";
import { numbers, text } from "../../../../support/rpm/header-entries.ts";

const headerWith = (algorithm: number | undefined): RpmHeader =>
  RpmHeader.parse(
    encodeHeader([
      text(tags.name, "a"),
      ...(algorithm === undefined ? [] : [numbers(tags.fileDigestAlgorithm, [algorithm])]),
    ]),
  );

/** Numbers of RFC 9580, section 9.5; without one, files of very old packages have MD5. */
test.each([
  [undefined, "md5"],
  [1, "md5"],
  [2, "sha1"],
  [8, "sha256"],
  [9, "sha384"],
  [10, "sha512"],
])("with algorithm %j files have their %s, and their SHA-256 as well", (number, algorithm) => {
  const hash = fileHashOf(headerWith(number))();
  hash.update(Buffer.from("con"));
  hash.update(Buffer.from("tent"));
  const digest = (name: string): string => createHash(name).update("content").digest("hex");
  expect(hash.digests()).toEqual({ own: digest(algorithm), sha256: digest("sha256") });
});

test.each([0, 3, 11, 12])("digests of algorithm %i are not known", (number) => {
  expect(() => fileHashOf(headerWith(number))).toThrow(`of an unknown algorithm, ${number}`);
});
