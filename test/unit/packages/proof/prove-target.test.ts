import { expect, test } from "vitest";
import { proveTarget, withMarks } from "../../../../src/packages/proof/prove-target.ts";
import type { LockTarget } from "../../../../src/packages/package.ts";
import type { Downloader } from "../../../../src/store/downloader.ts";
import { aLockedImage, aLockedPackage, aLockTarget } from "../../../support/a-lock.ts";
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
  },
): Promise<LockTarget> {
  await using held = await temporaryStore();
  const no = async (): Promise<never> => Promise.reject(new Error("nobody is asked"));
  const downloader: Downloader = {
    store: held.store,
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
