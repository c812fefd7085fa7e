import { expect, test } from "vitest";
import { recallFiles, rememberFiles } from "../../../../src/run/images/files-note.ts";
import { temporaryStore } from "../../../support/temporary-store.ts";

test("the files of an image come back as often as wanted, with their identities; those of another fingerprint do not", async () => {
  await using temporary = await temporaryStore();
  const files = [
    ["a\nb é", "sha256:1"],
    ["context", ""],
  ] as const;
  const inputs = { fingerprint: "sha256:00", files } as const;

  await expect(recallFiles(temporary.store, "key", "sha256:00")).resolves.toBeUndefined();
  await rememberFiles(temporary.store, "key", inputs);

  const recalled = (await recallFiles(temporary.store, "key", "sha256:00")) ?? [];
  expect([...recalled]).toEqual(files);
  expect([...recalled]).toEqual(files);
  await expect(recallFiles(temporary.store, "key", "sha256:01")).resolves.toBeUndefined();
});
