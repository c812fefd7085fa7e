import { expect, test } from "vitest";
import { diffLocks } from "../../../../../src/packages/lock/diff/diff-locks.ts";
import { isSame } from "../../../../../src/packages/lock/diff/lock-diff.ts";
import type {
  Lock,
  LockTarget,
  LockedArtifact,
  LockedPackage,
  LockedRepository,
  LockedWheel,
} from "../../../../../src/packages/package.ts";
import { diffPayloads } from "../../../../../src/packages/lock/diff/payload-diff.ts";
import type { Payload } from "../../../../../src/packages/lock/diff/payload.ts";
import { formatLockDiff } from "../../../../../src/reporters/format/lock-diff.ts";
import { createStyle } from "../../../../../src/reporters/format/style.ts";
import type { Digest } from "../../../../../src/digest.ts";
import {
  aDigest,
  aLock,
  aLockedImage,
  aLockedPackage,
  aLockedRepository,
  aLockTarget,
} from "../../../../support/a-lock.ts";

const before = aLockTarget({
  base: aLockedImage(["bash 5.2", "libc6 2.36 < bash: libc6 (>= 2.36)"], {
    packagesLayer: aDigest("layer 1"),
  }),
  app: aLockedImage(["web 1.0"]),
});

test("a lock does not differ from itself", async () => {
  const diff = await diffLocks(aLock(before), aLock(before));

  expect(diff).toEqual({ targets: [] });
  expect(isSame(diff)).toBe(true);
  expect(isSame(await diffLocks(undefined, undefined))).toBe(true);
});

test("everything that can change is told in plain words, sorted", async () => {
  const after = aLockTarget(
    {
      base: aLockedImage(
        [
          aLockedPackage("bash 5.2", { digest: aDigest("evil") }),
          aLockedPackage("libc6 2.36-1 < bash: libc6 (>= 2.36)", {
            repository: "bookworm-security",
            sizeBytes: 1_500_000,
          }),
          "zlib 1.3",
          "tini 0.19 < zlib: tini | dumb-init",
        ],
        { newestBuild: 1_710_000_000 },
      ),
      db: aLockedImage(["sql 10"]),
    },
    {
      inputs: aDigest("other inputs"),
      repositories: [
        aLockedRepository({
          metadataDigest: aDigest("release 2"),
          indexDigests: new Map(),
          signedBy: "B".repeat(40),
        }),
        aLockedRepository({ id: "bookworm-security", archive: "security" }),
      ],
    },
  );

  expect(await text(before, after)).toMatchInlineSnapshot(`
    "debian-12/amd64
      made for another list of images and packages
      repository bookworm: another snapshot (c40ffd4b1da7 -> 2ed4cfc8a1b1), signed by another key: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA -> BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB
      repository bookworm-security: added
      image app: removed, 1 removed, download 0 B (-1.0 MB)
        - web 1.0
      image base: 2 added, 2 moved, download 4.5 MB (+2.5 MB)
        + tini 0.19, 1.0 MB, because zlib needs tini | dumb-init
        + zlib 1.3, 1.0 MB, asked for
        ! bash 5.2: other bytes under the same version (6084e539f2d6 -> b5c1fb2efc6d)
        ~ libc6 2.36 -> 2.36-1, bookworm -> bookworm-security
        newest package built 2023-11-14 -> 2024-03-09
        packages layer 54db133a109f -> to be told by the next build
      image db: added, 1 added, download 1.0 MB (+1.0 MB)
        + sql 10, 1.0 MB, asked for"
  `);
  expect(await text(after, before)).toMatchInlineSnapshot(`
    "debian-12/amd64
      made for another list of images and packages
      repository bookworm: another snapshot (2ed4cfc8a1b1 -> c40ffd4b1da7), signed by another key: BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB -> AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
      repository bookworm-security: removed
      image app: added, 1 added, download 1.0 MB (+1.0 MB)
        + web 1.0, 1.0 MB, asked for
      image base: 2 removed, 2 moved, download 2.0 MB (-2.5 MB)
        - tini 0.19
        - zlib 1.3
        ! bash 5.2: other bytes under the same version (b5c1fb2efc6d -> 6084e539f2d6)
        ~ libc6 2.36-1 -> 2.36, older, bookworm-security -> bookworm
        newest package built 2024-03-09 -> 2023-11-14
        packages layer 54db133a109f: built for the first time
      image db: removed, 1 removed, download 0 B (-1.0 MB)
        - sql 10"
  `);
});

test("the same bytes with another reason or another place are restated, not moved", async () => {
  const after = aLockTarget({
    base: aLockedImage(
      [
        aLockedPackage("bash 5.2", { repository: "bookworm-updates", path: "pool/other.deb" }),
        "libc6 2.36",
      ],
      { packagesLayer: aDigest("layer 1") },
    ),
    app: aLockedImage(["web 1.0"]),
  });

  expect(await text(before, after)).toMatchInlineSnapshot(`
    "debian-12/amd64
      image base: 2 restated
        = bash 5.2: repository "bookworm" -> "bookworm-updates", path "pool/bash_5.2.deb" -> "pool/other.deb"
        = libc6 2.36: reasons "bash needs libc6 (>= 2.36)" -> "requested""
  `);
});

test("a package that nothing proves any more is restated, and so is one that is proved now", async () => {
  const proved = aLockTarget({ app: aLockedImage(["web 1.0"]) });
  const unproved = aLockTarget({
    app: aLockedImage([aLockedPackage("web 1.0", { unsigned: true })]),
  });
  const factsOf = async (from: LockTarget, to: LockTarget): Promise<unknown> =>
    (await diffLocks(aLock(from), aLock(to))).targets[0]?.images[0]?.restated[0]?.facts;

  const [one, other] = ["by the distribution", "by nobody"];
  expect(await factsOf(proved, unproved)).toEqual([{ fact: "signed", from: one, to: other }]);
  expect(await factsOf(unproved, proved)).toEqual([{ fact: "signed", from: other, to: one }]);
});

test("a layer that the lock learned, and one that it lost", async () => {
  const learned = aLockTarget({ app: aLockedImage(["web 1.0"], { packagesLayer: aDigest("x") }) });
  const bare = aLockTarget({ app: aLockedImage(["web 1.0"]) });

  expect(await text(bare, learned)).toContain(
    "packages layer 2d711642b726: built for the first time",
  );
  expect(await text(learned, bare)).toContain(
    "packages layer 2d711642b726 -> to be told by the next",
  );
});

test("a layer of scripts that were run is told beside the packages layer", async () => {
  const learned = aLockTarget({ app: aLockedImage(["web 1.0"], { runLayer: aDigest("x") }) });
  const bare = aLockTarget({ app: aLockedImage(["web 1.0"]) });
  const other = aLockTarget({ app: aLockedImage(["web 1.0"], { runLayer: aDigest("y") }) });

  expect(await text(bare, learned)).toContain(" run layer 2d711642b726: built for the first time");
  expect(await text(learned, other)).toMatch(/ run layer 2d711642b726 -> [0-9a-f]{12}$/);
});

test("artifacts are told by their path in the image", async () => {
  const artifact = (path: string, url: string, content: string): LockedArtifact => ({
    path,
    url: `https://files.example/${url}`,
    digest: aDigest(content),
    sizeBytes: 2_000_000,
  });
  const from = aLockTarget({
    app: aLockedImage([], {
      artifacts: [artifact("/a", "a", "a"), artifact("/b", "b", "b"), artifact("/c", "c", "c")],
    }),
  });
  const to = aLockTarget({
    app: aLockedImage([], {
      artifacts: [artifact("/b", "b2", "b2"), artifact("/c", "c", "c"), artifact("/d", "d", "d")],
    }),
  });

  expect((await text(from, to)).split("\n").slice(1)).toEqual([
    "  image app: 3 artifacts",
    "    - /a from https://files.example/a",
    "    ~ /b from https://files.example/b -> https://files.example/b2 (3e23e8160039 -> 4814d92093ac)",
    "    + /d from https://files.example/d, 2.0 MB",
  ]);
});

test("wheels are told by their names: come, gone, moved, or another file of the same version", async () => {
  const wheel = (name: string, version: string, tag = "py3-none-any"): LockedWheel => ({
    name,
    version,
    file: `${name}-${version}-${tag}.whl`,
    digest: aDigest(`${name} ${version} ${tag}`),
    sizeBytes: 2_000_000,
    reasons: [{ type: "requested" }],
  });
  const image = (files: readonly LockedWheel[]): LockTarget =>
    aLockTarget({ app: aLockedImage([], { wheels: { requirements: aDigest("r"), files } }) });
  const from = image([wheel("a", "1"), wheel("b", "1"), wheel("c", "1"), wheel("d", "1")]);
  const to = image([
    wheel("b", "2"),
    wheel("c", "1", "cp311-abi3-linux"),
    wheel("d", "1"),
    wheel("e", "1"),
  ]);

  expect((await text(from, to)).split("\n").slice(1)).toEqual([
    "  image app: 4 wheels",
    "    - a 1 (wheel)",
    "    ~ b 1 -> 2 (wheel)",
    "    ~ c 1 (wheel): another file, c-1-py3-none-any.whl -> c-1-cp311-abi3-linux.whl",
    "    + e 1 (wheel), 2.0 MB",
  ]);
});

test("targets that came and went are told", async () => {
  const other = { ...before, os: "debian-13" } as const;
  const diff = await diffLocks(aLock(before), aLock(other));

  expect(diff.targets.map(({ target, change }) => `${target} ${change}`)).toEqual([
    "debian-12/amd64 removed",
    "debian-13/amd64 added",
  ]);
  expect(diff.targets[1]?.images.map(({ change }) => change)).toEqual(["added", "added"]);
});

const setuid = (path: string, mode = 0o4755): NonNullable<Payload["setuid"]>[number] => ({
  path,
  mode,
  uid: 0,
  gid: 0,
});

test.for<
  readonly [
    name: string,
    payloads: Readonly<Record<string, Payload>>,
    shown: readonly string[],
    unseen: readonly string[],
  ]
>([
  [
    "an added package's are all new",
    { "su 1": { setuid: [setuid("/bin/su")] }, "web 2": { setuid: [] }, "web 1": {} },
    ["new setuid file /bin/su (4755, 0:0) of su 1"],
    [],
  ],
  [
    "a moved package's are new when the former version had none",
    {
      "su 1": { setuid: [] },
      "web 2": { setuid: [setuid("/bin/a"), setuid("/bin/b", 0o2755), setuid("/bin/c")] },
      "web 1": { setuid: [setuid("/bin/a"), setuid("/bin/c", 0o2755)] },
    },
    ["new setgid file /bin/b (2755, 0:0) of web 2", "new setuid file /bin/c (4755, 0:0) of web 2"],
    [],
  ],
  [
    "without the former version they are perhaps new",
    { "su 1": { setuid: [] }, "web 2": { setuid: [setuid("/bin/a")] } },
    ["setuid file, perhaps new /bin/a (4755, 0:0) of web 2"],
    [],
  ],
  ["what the store lacks is named", { "web 2": { setuid: [] } }, [], ["su 1"]],
])("setuid files: %s", async ([, known, shown, unseen]) => {
  const from = aLockTarget({ app: aLockedImage(["web 1"]) });
  const to = aLockTarget({ app: aLockedImage(["su 1", "web 2"]) });
  const diff = await diffLocks(aLock(from), aLock(to));
  const payloads = diffPayloads(diff, byDigest(known));
  const lines = formatLockDiff(diff, { style: plain, payloads }).split("\n");

  expect(lines.filter((line) => line.includes("! ")).map((line) => line.trim().slice(2))).toEqual(
    shown,
  );
  expect(payloads.notLookedInto.map(({ name, version }) => `${name} ${version}`)).toEqual(unseen);
  expect(lines.some((line) => line.startsWith("Not looked into"))).toBe(unseen.length > 0);
});

test("the installed size is told when each package that counts says its own", async () => {
  const from = aLockTarget({ app: aLockedImage(["gone 1", "web 1"]) });
  const to = aLockTarget({ app: aLockedImage(["su 1", "web 2"]) });
  const diff = await diffLocks(aLock(from), aLock(to));
  const sizes = (some: Readonly<Record<string, number>>): number | undefined =>
    diffPayloads(
      diff,
      byDigest(
        Object.fromEntries(
          Object.entries(some).map(([id, installedBytes]) => [id, { setuid: [], installedBytes }]),
        ),
      ),
    ).images[0]?.installedBytes;

  expect(sizes({ "gone 1": 100, "web 1": 20, "web 2": 30, "su 1": 5 })).toBe(-85);
  expect(sizes({ "web 1": 20, "web 2": 30, "su 1": 5 })).toBeUndefined();
});

const plain = createStyle({ color: false });

function byDigest(known: Readonly<Record<string, Payload>>): ReadonlyMap<Digest, Payload> {
  return new Map(Object.entries(known).map(([id, payload]) => [aDigest(id), payload]));
}

async function text(from: LockTarget, to: LockTarget): Promise<string> {
  const [one, other]: readonly Lock[] = [aLock(from), aLock(to)];
  return formatLockDiff(await diffLocks(one, other), { style: plain });
}

test("a repository is told by what differs of it: its release, its key, its indexes, its archive", async () => {
  const repository = (id: string, parts: Partial<LockedRepository> = {}): LockedRepository =>
    aLockedRepository({ id, ...parts });
  const indexes = (content: string): LockedRepository["indexDigests"] =>
    new Map([["main/Packages.xz", aDigest(content)]]);
  const from = aLockTarget(
    {},
    {
      repositories: [
        repository("same"),
        repository("gone"),
        repository("released", { indexDigests: indexes("1") }),
        repository("resigned"),
        repository("indexed", { indexDigests: indexes("1") }),
      ],
    },
  );
  const released = { metadataDigest: aDigest("release 2"), indexDigests: indexes("2") };
  const to = aLockTarget(
    {},
    {
      repositories: [
        repository("same"),
        repository("added"),
        repository("released", { ...released, archive: "security" }),
        repository("resigned", { signedBy: "B".repeat(40) }),
        repository("indexed", { indexDigests: indexes("2") }),
      ],
    },
  );
  const { targets } = await diffLocks(aLock(from), aLock(to));

  expect(targets.map(({ change, otherInputs, images }) => [change, otherInputs, images])).toEqual([
    ["changed", false, []],
  ]);
  expect(targets[0]?.repositories).toEqual([
    { id: "added", change: "added", other: [] },
    { id: "gone", change: "removed", other: [] },
    {
      id: "indexed",
      change: "changed",
      other: [`indexes main/Packages.xz ${aDigest("1")} -> main/Packages.xz ${aDigest("2")}`],
    },
    {
      id: "released",
      change: "changed",
      release: { from: aDigest("release 1"), to: aDigest("release 2") },
      other: ["archive main -> security"],
    },
    {
      id: "resigned",
      change: "changed",
      signedBy: { from: "A".repeat(40), to: "B".repeat(40) },
      other: [],
    },
  ]);
});

test("inputs, modules and a newer build differ by themselves", async () => {
  const target = (parts: Partial<LockTarget>, newestBuild = 5): LockTarget =>
    aLockTarget({ app: aLockedImage(["web 1"], { newestBuild }) }, parts);
  const diff = async (from: LockTarget, to: LockTarget) =>
    (await diffLocks(aLock(from), aLock(to))).targets;

  const [inputs] = await diff(target({}), target({ inputs: aDigest("other") }));
  expect(inputs).toMatchObject({ otherInputs: true, images: [], repositories: [] });
  expect(inputs?.modules).toBeUndefined();
  const [modules] = await diff(target({}), target({ modules: ["nodejs:22", "php:8"] }));
  expect(modules?.modules).toEqual({ from: "", to: "nodejs:22, php:8" });
  const [built] = await diff(target({}), target({}, 6));
  expect(built?.images).toEqual([
    {
      image: "app",
      change: "changed",
      added: [],
      removed: [],
      moved: [],
      restated: [],
      artifacts: [],
      wheels: [],
      newestBuild: { from: 5, to: 6 },
      downloadBytes: { from: 1_000_000, to: 1_000_000 },
    },
  ]);
});

test("of many reasons the first three are told, and what comes and goes in the order of names", async () => {
  const needing = (...names: readonly string[]): LockedPackage =>
    aLockedPackage("libc6 2", {
      reasons: names.map((of) => ({ type: "dependency", of, relation: "libc6" })),
    });
  const from = aLockTarget({ app: aLockedImage([needing("a"), "y 1", "x 1", "q 2", "p 1"]) });
  const to = aLockTarget({
    app: aLockedImage([needing("b", "c", "d", "e"), "w 1", "v 1", "q 1", "p 2"]),
  });
  const [target] = (await diffLocks(aLock(from), aLock(to))).targets;
  const [image] = target?.images ?? [];

  expect(image?.restated).toEqual([
    {
      name: "libc6",
      version: "2",
      facts: [
        {
          fact: "reasons",
          from: "a needs libc6",
          to: "b needs libc6; c needs libc6; d needs libc6 and 1 more",
        },
      ],
    },
  ]);
  expect(image?.added.map(({ name }) => name)).toEqual(["v", "w"]);
  expect(image?.removed.map(({ name }) => name)).toEqual(["x", "y"]);
  expect(image?.moved.map(({ name, direction }) => `${name} ${direction}`)).toEqual([
    "p newer",
    "q older",
  ]);
  const three = aLockTarget({ app: aLockedImage([needing("b", "c", "d")]) });
  const [few] = (
    await diffLocks(aLock(aLockTarget({ app: aLockedImage([needing("a")]) })), aLock(three))
  ).targets;
  expect(few?.images[0]?.restated[0]?.facts[0]?.to).toBe(
    "b needs libc6; c needs libc6; d needs libc6",
  );
});
