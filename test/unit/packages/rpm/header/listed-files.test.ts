import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { encodeHeader } from "../../../../../src/packages/rpm/header/encode-header.ts";
import { fileHashOf } from "../../../../../src/packages/rpm/file/file-digest.ts";
import { type HeaderEntry, RpmHeader } from "../../../../../src/packages/rpm/header/header.ts";
import { linkGroupsOf } from "../../../../../src/packages/rpm/file/link-groups.ts";
import {
  type ListedFile,
  listedFilesOf,
} from "../../../../../src/packages/rpm/header/listed-files.ts";
import { tags } from "../../../../../src/packages/rpm/header/tags.ts";
import { bigints, numbers, shorts, texts } from "../../../../support/rpm/header-entries.ts";

/** A path as a header's lists have it. */
interface Listed {
  readonly path: string;
  readonly mode?: number;
  readonly flags?: number;
  readonly size?: number;
  readonly target?: string;
  readonly digest?: string;
  readonly inode?: number;
  readonly device?: number;
  readonly capabilities?: string;
}

function headerOf(files: readonly Listed[], changes: readonly HeaderEntry[] = []): RpmHeader {
  const entries = [
    numbers(
      tags.fileSizes,
      files.map(({ size = 5 }) => size),
    ),
    shorts(
      tags.fileModes,
      files.map(({ mode = 0o100644 }) => mode),
    ),
    numbers(
      tags.fileMtimes,
      files.map((_, at) => 1000 + at),
    ),
    texts(
      tags.fileDigests,
      files.map(({ digest = "00" }) => digest),
    ),
    texts(
      tags.fileLinkTargets,
      files.map(({ target = "" }) => target),
    ),
    numbers(
      tags.fileFlags,
      files.map(({ flags = 0 }) => flags),
    ),
    numbers(
      tags.fileDevices,
      files.map(({ device = 1 }) => device),
    ),
    numbers(
      tags.fileInodes,
      files.map(({ inode }, at) => inode ?? at + 1),
    ),
    texts(
      tags.baseNames,
      files.map(({ path }) => path.slice(path.lastIndexOf("/") + 1)),
    ),
    texts(
      tags.directoryNames,
      files.map(({ path }) => path.slice(0, path.lastIndexOf("/") + 1)),
    ),
    numbers(
      tags.directoryIndexes,
      files.map((_, at) => at),
    ),
    ...(files.some(({ capabilities }) => capabilities !== undefined)
      ? [
          texts(
            tags.fileCapabilities,
            files.map(({ capabilities = "" }) => capabilities),
          ),
        ]
      : []),
  ];
  const kept = entries.filter(({ tag }) => !changes.some((change) => change.tag === tag));
  return RpmHeader.parse(encodeHeader([...kept, ...changes]));
}

function filesOf(...files: readonly Listed[]): readonly ListedFile[] {
  return listedFilesOf(headerOf(files));
}

describe("what a package brings", () => {
  test("is in the order of the header, with the bits of its mode, its time and its size", () => {
    expect(
      filesOf(
        { path: "/usr/bin/a", mode: 0o104755, digest: "aa" },
        { path: "/usr", mode: 0o041777, size: 4096 },
        { path: "/usr/bin/b", mode: 0o120777, target: "a", size: 1 },
      ),
    ).toEqual([
      {
        index: 0,
        path: "usr/bin/a",
        type: "file",
        mode: 0o4755,
        mtime: 1000,
        size: 5,
        digest: "aa",
        inode: "1:1",
        isLicence: false,
      },
      {
        index: 1,
        path: "usr",
        type: "directory",
        mode: 0o1777,
        mtime: 1001,
        size: 0,
        digest: "00",
        inode: "1:2",
        isLicence: false,
      },
      {
        index: 2,
        path: "usr/bin/b",
        type: "symlink",
        mode: 0o777,
        mtime: 1002,
        size: 1,
        linkTarget: "a",
        digest: "00",
        inode: "1:3",
        isLicence: false,
      },
    ]);
  });

  test("has no ghosts, whatever else they are marked as, and knows its licences", () => {
    const [config, documentation, ghost, licence] = [1, 2, 64, 128];
    const found = filesOf(
      { path: "/a", flags: config | documentation },
      { path: "/b", flags: ghost },
      { path: "/c", flags: ghost | config, mode: 0o020666 },
      { path: "/d", flags: licence },
      { path: "/e", flags: licence | documentation },
    );
    expect(found.map(({ index, path, isLicence }) => [index, path, isLicence])).toEqual([
      [0, "a", false],
      [3, "d", true],
      [4, "e", true],
    ]);
  });

  test.each([
    [0o020666, "a character device"],
    [0o060660, "a block device"],
    [0o010644, "a named pipe"],
    [0o140755, "a socket"],
    [0o000644, "a file of an unknown kind"],
    [0o150644, "a file of an unknown kind"],
  ])("is refused where its mode is %o: %s", (mode, kind) => {
    expect(() => filesOf({ path: "/dev/x", mode })).toThrow(`"/dev/x" is ${kind}`);
  });

  test("has capabilities of regular files alone", () => {
    const capabilities = "cap_chown=p";
    const found = filesOf(
      { path: "/a", capabilities },
      { path: "/b", mode: 0o040755, capabilities },
      { path: "/c" },
    );
    expect(found.map((each) => "capabilities" in each)).toEqual([true, false, false]);
  });

  test("may have sizes of 64 bits, as far as they are counted exactly", () => {
    const withSize = (size: bigint): readonly ListedFile[] =>
      listedFilesOf(headerOf([{ path: "/a" }], [bigints(tags.longFileSizes, [size])]));
    expect(withSize(2n ** 33n)[0]?.size).toBe(2 ** 33);
    expect(withSize(BigInt(Number.MAX_SAFE_INTEGER))[0]?.size).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => withSize(2n ** 53n)).toThrow("claims a file of 9007199254740992 bytes");
  });

  test.each([
    [tags.fileModes, shorts(tags.fileModes, [0o100644]), "1 modes of 2 files"],
    [tags.fileFlags, numbers(tags.fileFlags, [0, 0, 0]), "3 flags of 2 files"],
    [tags.fileMtimes, numbers(tags.fileMtimes, [1]), "1 times of 2 files"],
    [tags.fileSizes, numbers(tags.fileSizes, [1]), "1 sizes of 2 files"],
    [tags.fileDigests, texts(tags.fileDigests, ["a"]), "1 digests of 2 files"],
    [tags.fileLinkTargets, texts(tags.fileLinkTargets, ["a"]), "1 targets of 2 files"],
    [tags.fileDevices, numbers(tags.fileDevices, [1]), "1 devices of 2 files"],
    [tags.fileInodes, numbers(tags.fileInodes, [1]), "1 inodes of 2 files"],
    [tags.directoryIndexes, numbers(tags.directoryIndexes, [0]), "1 folders of 2 files"],
    [tags.fileCapabilities, texts(tags.fileCapabilities, ["="]), "1 capabilities of 2 files"],
  ])("is refused where the list %i is of another length", (_, change, reason) => {
    const header = headerOf([{ path: "/a" }, { path: "/b" }], [change]);
    expect(() => listedFilesOf(header)).toThrow(`its header lists ${reason}`);
  });

  test("is refused where a file is in a folder that is not there", () => {
    const header = headerOf([{ path: "/a" }], [numbers(tags.directoryIndexes, [1])]);
    expect(() => listedFilesOf(header)).toThrow("its file 0 is in folder 1, of 1");
  });
});

describe("hard links", () => {
  test("are regular files with one device and one inode", () => {
    const files = filesOf(
      { path: "/a", inode: 7 },
      { path: "/b", inode: 7 },
      { path: "/c", inode: 7, device: 2 },
      { path: "/d", inode: 7, mode: 0o120777, target: "x" },
      { path: "/e", inode: 8 },
    );
    const groups = linkGroupsOf(files);
    expect([...groups].map(([index, group]) => [index, ...group.map(({ path }) => path)])).toEqual([
      [0, "a", "b"],
      [1, "a", "b"],
      [2, "c"],
      [4, "e"],
    ]);
  });

  test.each<Partial<Listed>>([{ size: 6 }, { digest: "11" }])(
    "that are not the same file are refused: %j",
    (other) => {
      const files = filesOf({ path: "/a", inode: 7 }, { path: "/b", inode: 7, ...other });
      expect(() => linkGroupsOf(files)).toThrow('the hard links "a" and "b" are different files');
    },
  );
});

test.each([
  [[], "md5"],
  [[1], "md5"],
  [[2], "sha1"],
  [[8], "sha256"],
  [[9], "sha384"],
  [[10], "sha512"],
])(
  "digests of files of the algorithm %j are of %s, and SHA-256 is told beside",
  (numbered, name) => {
    const entries = numbered.length === 0 ? [] : [numbers(tags.fileDigestAlgorithm, numbered)];
    const hash = fileHashOf(headerOf([{ path: "/a" }], entries))();
    hash.update(Buffer.from("some "));
    hash.update(Buffer.from("bytes"));
    const digest = (algorithm: string): string =>
      createHash(algorithm).update("some bytes").digest("hex");
    expect(hash.digests()).toEqual({ own: digest(name), sha256: digest("sha256") });
  },
);

test("digests of files of another algorithm are refused", () => {
  const header = headerOf([{ path: "/a" }], [numbers(tags.fileDigestAlgorithm, [11])]);
  expect(() => fileHashOf(header)).toThrow("an unknown algorithm, 11");
});
