import { expect, test } from "vitest";
import { readImageRecords, recordImage } from "../../../../src/run/images/records.ts";
import { aDigest } from "../../../support/a-lock.ts";

/** The notes of a store in memory, by their key, and how often one was written. */
function notes(initial: Readonly<Record<string, unknown>> = {}) {
  const kept = new Map(Object.entries(initial));
  const store = {
    writes: 0,
    readNote: async (_: string, key: string) => kept.get(key),
    async writeNote(_: string, key: string, value: unknown) {
      kept.set(key, value);
      store.writes += 1;
    },
  };
  return { store, kept };
}

const fingerprint = aDigest("inputs");

test("an image is known by each id that an Engine gave it, the newest first", async () => {
  const { store, kept } = notes();
  await recordImage(store, fingerprint, ["sha256:1", "sha256:2"]);
  await recordImage(store, fingerprint, ["sha256:3", "sha256:1"]);
  expect(kept.get(fingerprint)).toEqual(["sha256:3", "sha256:1", "sha256:2"]);
  // Nothing new is nothing to write.
  await recordImage(store, fingerprint, ["sha256:2", "sha256:1"]);
  expect(store.writes).toBe(2);

  for (let id = 100; id < 120; id++) await recordImage(store, fingerprint, [`sha256:${id}`]);
  const ids = Array.from({ length: 16 }, (_, index) => `sha256:${119 - index}`);
  expect(kept.get(fingerprint)).toEqual(ids);
});

test("what no record is of, or what is no record, vouches for nothing", async () => {
  const { store } = notes({
    [fingerprint]: ["sha256:1", 2, "sha256:3"],
    [aDigest("text")]: "sha256:1",
    [aDigest("empty")]: [],
    "sha256:../escape": ["sha256:1"],
    [`x${fingerprint}`]: ["sha256:1"],
  });
  const asked = [
    fingerprint,
    fingerprint,
    aDigest("text"),
    aDigest("empty"),
    aDigest("unknown"),
    "sha256:../escape",
    `x${fingerprint}`,
  ];
  expect(await readImageRecords(store, asked)).toEqual(
    new Map([[fingerprint, new Set(["sha256:1", "sha256:3"])]]),
  );
});
