import { expect, test } from "vitest";
import { diffLocks } from "../../../../../src/packages/lock/diff/diff-locks.ts";
import {
  diffPayloads,
  type PayloadDiff,
} from "../../../../../src/packages/lock/diff/payload-diff.ts";
import type { Payload, SetuidFile } from "../../../../../src/packages/lock/diff/payload.ts";
import { aDigest, aLock, aLockedImage, aLockTarget } from "../../../../support/a-lock.ts";

type Images = Readonly<Record<string, readonly string[]>>;

/** The difference between locks of these images, with what was read of packages by their lines. */
async function compare(
  before: Images,
  after: Images,
  read: Readonly<Record<string, Payload>>,
): Promise<PayloadDiff> {
  const [from, to] = [before, after].map((images) =>
    aLock(
      aLockTarget(
        Object.fromEntries(
          Object.entries(images).map(([name, lines]) => [name, aLockedImage(lines)]),
        ),
      ),
    ),
  );
  const payloads = Object.entries(read).map(([line, payload]) => [aDigest(line), payload] as const);
  return diffPayloads(await diffLocks(from, to), new Map(payloads));
}

function aFile(path: string, parts: Partial<SetuidFile> = {}): SetuidFile {
  return { path, mode: 0o4755, uid: 0, gid: 0, ...parts };
}

function packageOf(name: string, version: string): object {
  return { name, version, architecture: "amd64" };
}

const target = "debian-12/amd64";

test("files with new bits are told by their paths, with the package that brings them", async () => {
  const diff = await compare(
    { app: ["bash 5", "perl 5"] },
    { app: ["bash 6", "perl 6", "su 1"] },
    {
      "bash 5": { setuid: [aFile("/bin/same"), aFile("/bin/mode"), aFile("/bin/owner")] },
      "bash 6": {
        setuid: [
          aFile("/bin/same"),
          aFile("/bin/mode", { mode: 0o6755 }),
          aFile("/bin/owner", { gid: 5 }),
        ],
      },
      "perl 6": { setuid: [aFile("/bin/perl")] },
      "su 1": { setuid: [aFile("/bin/su"), aFile("/bin/a")] },
    },
  );

  expect(diff).toEqual({
    images: [
      {
        target,
        image: "app",
        newSetuid: [
          { ...aFile("/bin/a"), package: packageOf("su", "1"), since: "new" },
          {
            ...aFile("/bin/mode", { mode: 0o6755 }),
            package: packageOf("bash", "6"),
            since: "new",
          },
          { ...aFile("/bin/owner", { gid: 5 }), package: packageOf("bash", "6"), since: "new" },
          { ...aFile("/bin/perl"), package: packageOf("perl", "6"), since: "unknown" },
          { ...aFile("/bin/su"), package: packageOf("su", "1"), since: "new" },
        ],
      },
    ],
    notLookedInto: [],
  });
});

test("what could not be looked into is told once, in order, whichever images it is new in", async () => {
  const { notLookedInto } = await compare(
    { app: ["bash 5"], db: [] },
    { app: ["bash 6", "zsh 1"], db: ["bash 6", "awk 1"] },
    { "bash 5": { setuid: [] }, "zsh 1": { installedBytes: 5 }, "awk 1": { setuid: [] } },
  );
  expect(notLookedInto.map(({ name, version }) => `${name} ${version}`)).toEqual([
    "bash 6",
    "zsh 1",
  ]);
});

test.each<
  readonly [what: string, read: Readonly<Record<string, number>>, bytes: number | undefined]
>([
  ["everything", { "bash 5": 10, "bash 6": 14, "su 1": 100, "old 1": 1000 }, 14 + 100 - 10 - 1000],
  ["not what comes", { "bash 5": 10, "bash 6": 14, "old 1": 1000 }, undefined],
  ["not what goes", { "bash 5": 10, "bash 6": 14, "su 1": 100 }, undefined],
  ["not what it was", { "bash 6": 14, "su 1": 100, "old 1": 1000 }, undefined],
  ["what takes nothing", { "bash 5": 0, "bash 6": 0, "su 1": 0, "old 1": 0 }, 0],
])("how much more an image takes, where the packages tell %s", async (_, read, bytes) => {
  const { images } = await compare(
    { app: ["bash 5", "old 1"] },
    { app: ["bash 6", "su 1"] },
    Object.fromEntries(
      Object.entries(read).map(([line, installedBytes]) => [line, { setuid: [], installedBytes }]),
    ),
  );
  expect(images).toEqual([
    {
      target,
      image: "app",
      newSetuid: [],
      ...(bytes === undefined ? {} : { installedBytes: bytes }),
    },
  ]);
});
