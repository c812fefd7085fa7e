import { expect, test } from "vitest";
import { refuseOlder } from "../../../../src/packages/deb/last-seen.ts";
import { temporaryStore } from "../../../support/temporary-store.ts";

const [older, old, newer] = [1, 2, 3].map((day) => new Date(Date.UTC(2026, 4, day)));

test("a release file older than the newest that was seen of its suite is refused", async () => {
  await using held = await temporaryStore();
  const { store } = held;
  const see = async (date: Date | undefined, suite = "bookworm"): Promise<void> =>
    refuseOlder(
      { date: date ?? new Date(0) },
      { suite, url: "https://mirror.invalid/InRelease", store },
    );

  await see(old);
  await see(old);
  await expect(see(older)).rejects.toMatchObject({
    code: "signature-invalid",
    message:
      "https://mirror.invalid/InRelease is of 2026-05-01T00:00:00.000Z, older than the one of 2026-05-02T00:00:00.000Z that was seen before.",
  });
  await see(newer);
  await expect(see(old)).rejects.toThrow("older than the one of 2026-05-03");
  await see(older, "bookworm-security");
});

test("the same date is not written again, and a note that is none is no date", async () => {
  await using held = await temporaryStore();
  const writes: unknown[] = [];
  const notes = new Map<string, unknown>([
    ["cut", "2026-0"],
    ["number", 5],
  ]);
  const store = {
    ...held.store,
    readNote: async (_kind: string, key: string) => notes.get(key),
    writeNote: async (_kind: string, key: string, value: unknown) => {
      writes.push(value);
      notes.set(key, value);
    },
  };
  for (const suite of ["cut", "cut", "number", "none"])
    await refuseOlder({ date: old ?? new Date(0) }, { suite, url: "u", store });
  expect(writes).toEqual(Array.from({ length: 3 }, () => "2026-05-02T00:00:00.000Z"));
});
