import { expect, test } from "vitest";
import {
  compareRevision,
  type SeenRevision,
} from "../../../../../src/packages/rpm/repositories/last-revision.ts";
import { temporaryStore } from "../../../../support/temporary-store.ts";

const url = "http://mirror.invalid/repodata/repomd.xml";

test("older metadata than was seen is told when nobody signed it, and refused when somebody did", async () => {
  await using temporary = await temporaryStore();
  const see = (revision: string, parts: Partial<SeenRevision> = {}): Promise<string | undefined> =>
    compareRevision({ revision, key: "a", url, isSigned: false, ...temporary, ...parts });

  for (const revision of ["1708177320", "1708177320", "1708177321"])
    expect(await see(revision)).toBeUndefined();
  expect(await see("1708177320")).toBe(
    `${url} is of revision 1708177320, older than 1708177321, which was seen before: the mirror lags, or somebody holds back updates.`,
  );
  // Anybody could have written the newer revision, so that what is signed is told all the same.
  expect(await see("1000", { isSigned: true })).toContain("older than 1708177321");
  await expect(see("999", { isSigned: true })).rejects.toMatchObject({
    code: "signature-invalid",
    message: `${url} is of revision 999, older than 1000, which was seen before.`,
  });
  // What was told is not what is compared with from now on, and other repositories have their own.
  expect(await see("1708177320")).toBeDefined();
  expect(await see("999", { key: "b" })).toBeUndefined();
});

test.for(["", "el9-20240101", "99999999999999999999", "-1"])(
  "a revision of %j says nothing",
  async (revision) => {
    await using temporary = await temporaryStore();
    const seen = { key: "a", url, isSigned: true, ...temporary };
    await compareRevision({ ...seen, revision: "5" });
    expect(await compareRevision({ ...seen, revision })).toBeUndefined();
  },
);
