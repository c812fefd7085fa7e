import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Digest } from "../../../../src/digest.ts";
import type { PinnedKey } from "../../../../src/packages/proof/pinned-key.ts";
import { proveTarget, withMarks } from "../../../../src/packages/proof/prove-target.ts";
import type { LockTarget } from "../../../../src/packages/package.ts";
import type { Downloader } from "../../../../src/store/downloader.ts";
import type { Store } from "../../../../src/store/store.ts";
import { aLockedImage, aLockedPackage, aLockTarget } from "../../../support/a-lock.ts";
import { aPackage } from "../../../support/rpm/a-package.ts";
import { aTestKey } from "../../../support/rpm/an-open-pgp-key.ts";
import { temporaryStore } from "../../../support/temporary-store.ts";

const target = aLockTarget({
  base: aLockedImage(["libc6 2", aLockedPackage("bash 5", { unsigned: true })]),
  app: aLockedImage(["httpd 2"]),
});

test("exactly the packages that nothing proves are marked, and only what changes is another target", () => {
  const marked = withMarks(target, ({ name }) => name === "httpd" || name === "libc6");
  expect(
    [...marked.images.values()].flatMap(({ packages }) =>
      packages.map((entry) => [entry.name, entry.unsigned]),
    ),
  ).toEqual([
    ["libc6", true],
    ["bash", undefined],
    ["httpd", true],
  ]);
  expect("unsigned" in (marked.images.get("base")?.packages[1] ?? {})).toBe(false);
  expect(withMarks(target, ({ name }) => name === "bash")).toBe(target);
});

/** Prove a target with a store that holds its packages, or none, and no evidence. */
async function prove(
  some: LockTarget,
  way: {
    readonly mode: "use" | "locked" | "update";
    readonly allowUnsigned?: boolean;
    readonly isEmpty?: boolean;
    readonly store?: Store;
    readonly keys?: readonly PinnedKey[];
  },
): Promise<LockTarget> {
  await using held = await temporaryStore();
  const no = async (): Promise<never> => Promise.reject(new Error("nobody is asked"));
  const downloader: Downloader = {
    store: way.store ?? held.store,
    requestCount: 0,
    offline: true,
    holds: async () => way.isEmpty !== true,
    discard: no,
    keep: no,
    bytes: no,
    page: no,
    authorize: () => undefined,
    toStore: no,
  };
  return await proveTarget(
    {
      ...way,
      mirrors: no,
      downloader,
      now: new Date(),
      onPhase: () => undefined,
      signal: new AbortController().signal,
    },
    some,
  );
}

const hint = "Run `qclock lock --allow-unsigned`, review the difference and commit it.";

test("where the mark is permission, what is marked is asked for no proof, and what is not is marked", async () => {
  const marked = await prove(target, { mode: "use", allowUnsigned: true });
  expect(
    [...marked.images.values()].flatMap(({ packages }) => packages.map((each) => each.unsigned)),
  ).toEqual([true, true, true]);
  expect(await prove(marked, { mode: "locked", allowUnsigned: true })).toBe(marked);
});

test("a lock that is not to be written must mark what nothing proves", async () => {
  await expect(prove(target, { mode: "locked", allowUnsigned: true })).rejects.toMatchObject({
    code: "lock-outdated",
    message: "The lock does not mark 2 packages as unsigned, and nothing proves them.",
    details: ["httpd 2", "libc6 2"],
    hint,
  });
  const one = aLockTarget({ app: aLockedImage(["httpd 2"]) });
  await expect(prove(one, { mode: "locked", allowUnsigned: true })).rejects.toMatchObject({
    message: "The lock does not mark httpd 2 as unsigned, and nothing proves it.",
    details: [],
    hint,
  });
  const many = aLockTarget({
    app: aLockedImage(Array.from({ length: 11 }, (_, index) => `p${10 + index} 1`)),
  });
  await expect(prove(many, { mode: "locked", allowUnsigned: true })).rejects.toMatchObject({
    details: Array.from({ length: 10 }, (_, index) => `p${10 + index} 1`),
  });
});

test("without permission unproved packages are refused, the mark or not", async () => {
  await expect(prove(target, { mode: "use" })).rejects.toMatchObject({
    code: "package-unproved",
    message: "Nothing proves that 3 packages are the distribution's.",
  });
});

test("offline the packages themselves are missed first, each once", async () => {
  const twice = aLockTarget({
    base: aLockedImage(["bash 5"]),
    app: aLockedImage(["bash 5", "web 1"]),
  });
  await expect(prove(twice, { mode: "use", isEmpty: true })).rejects.toMatchObject({
    code: "offline",
    details: expect.arrayContaining([
      expect.stringContaining("bash 5"),
      expect.stringContaining("web 1"),
    ]),
  });
});

test("a target without packages is proved as it is", async () => {
  const empty = aLockTarget({ app: aLockedImage([]) });
  expect(await prove(empty, { mode: "update" })).toBe(empty);
  expect(await prove(empty, { mode: "locked" })).toBe(empty);
});

describe("a package that is signed itself", () => {
  const key = aTestKey();
  const other = aTestKey();

  test.each(["use", "locked"] as const)(
    "is proved in spite of a mark that it is unsigned, in mode %s",
    async (mode) => {
      await expect(proveRpm(aPackage({ key: other }), mode)).rejects.toMatchObject({
        code: "signature-invalid",
      });
      await expect(proveRpm(aPackage({}), mode)).rejects.toMatchObject({
        code: "signature-invalid",
      });
      const [proved] = (await proveRpm(aPackage({ key }), mode)).images.values();
      expect(proved?.packages[0]?.unsigned).toBe(mode === "use" ? undefined : true);
    },
  );

  test("keeps its mark while its file is nowhere to be had", async () => {
    const marked = aRpmTarget(aPackage({ key }));

    for (const mode of ["use", "locked"] as const)
      expect(await prove(marked, { mode, allowUnsigned: true })).toBe(marked);
  });

  /** Prove a target of one marked package, which is in the store. */
  async function proveRpm(bytes: Uint8Array, mode: "use" | "locked"): Promise<LockTarget> {
    await using held = await temporaryStore();
    const marked = aRpmTarget(bytes);
    const pieces = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes;
    };
    await held.store.put(digestOf(bytes), pieces());
    return await prove(marked, { mode, allowUnsigned: true, store: held.store, keys: [key] });
  }
});

function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

function aRpmTarget(bytes: Uint8Array): LockTarget {
  const entry = aLockedPackage("hello 1.0-1.el9", {
    architecture: "x86_64",
    sizeBytes: bytes.length,
    digest: digestOf(bytes),
    source: "hello",
    sourceVersion: "1.0-1.el9",
    buildTime: 1_704_067_200,
    unsigned: true,
  });
  return { ...aLockTarget({ app: { packages: [entry] } }), os: "oraclelinux-9", repositories: [] };
}
