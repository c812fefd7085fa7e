import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { formatLock } from "../../../../src/packages/lock/file.ts";
import { readLockText } from "../../../../src/packages/lock/note.ts";
import { aLock, aLockedImage, aLockTarget } from "../../../support/a-lock.ts";
import { temporaryStore } from "../../../support/temporary-store.ts";

/** Where the store keeps what a lock was read as. */
const kind = "lock-3";

const lock = aLock(aLockTarget({ base: aLockedImage(["bash 5"]) }));
const text = formatLock(lock);
const key = createHash("sha256").update(text).digest("hex");

test("a lock is read once and then known by its text", async () => {
  await using held = await temporaryStore();
  const { store } = held;

  expect(await readLockText(text, "qclock.lock", store)).toEqual({ ok: true, value: lock });
  const note = await store.readNote(kind, key);
  expect(note).toBeDefined();
  expect(await readLockText(text, "qclock.lock", store)).toEqual({ ok: true, value: lock });

  // What the note says is taken: it is not read again.
  await store.writeNote(kind, key, JSON.parse(JSON.stringify(note).replaceAll("bash", "dash")));
  const known = await readLockText(text, "qclock.lock", store);
  expect(
    JSON.stringify(
      [...(known.ok ? known.value.targets.values() : [])].map(({ images }) => [...images]),
    ),
  ).toContain("dash");
});

test.each([
  ["a text", "x"],
  ["nothing", null],
  ["another thing", { version: 2 }],
  ["targets that are none", { targets: [] }],
])("a note that holds %s is as good as none", async (_, note) => {
  await using held = await temporaryStore();
  await held.store.writeNote(kind, key, note);
  expect(await readLockText(text, "qclock.lock", held.store)).toEqual({ ok: true, value: lock });
});

test("what is no lock is not noted", async () => {
  await using held = await temporaryStore();
  const broken = await readLockText("version: 1\n", "qclock.lock", held.store);
  expect(broken.ok).toBe(false);
  const brokenKey = createHash("sha256").update("version: 1\n").digest("hex");
  expect(await held.store.readNote(kind, brokenKey)).toBeUndefined();
});
