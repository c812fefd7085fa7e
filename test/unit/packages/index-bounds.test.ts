import { expect, test } from "vitest";
import { refuseLongParagraph, withinBounds } from "../../../src/packages/index-bounds.ts";

async function* pieces(...sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (const size of sizes) yield Buffer.alloc(size);
}

test("an index passes while it is no larger than its release file says", async () => {
  const passed = await Array.fromAsync(withinBounds(pieces(3, 4, 3), { maximumBytes: 10 }));
  expect(passed.map(({ length }) => length)).toEqual([3, 4, 3]);
  const larger = withinBounds(pieces(3, 4, 4), { maximumBytes: 10 });
  await expect(Array.fromAsync(larger)).rejects.toThrow("it is larger than 10 bytes when unpacked");
});

test("an index of which nothing is said is bounded all the same", async () => {
  const passed = withinBounds(pieces(1024 ** 2));
  expect((await passed.next()).value).toHaveLength(1024 ** 2);
  const bomb = async function* (): AsyncGenerator<Uint8Array> {
    const piece = Buffer.alloc(64 * 1024 ** 2);
    for (let index = 0; index < 9; index += 1) yield piece;
  };
  let given = 0;
  const reading = (async () => {
    for await (const piece of withinBounds(bomb())) given += piece.length;
  })();
  await expect(reading).rejects.toThrow("it is larger than 536870912 bytes when unpacked");
  expect(given).toBe(512 * 1024 ** 2);
});

test("an interruption ends it with its reason", async () => {
  const reason = new Error("interrupted");
  const stopped = withinBounds(pieces(1), { signal: AbortSignal.abort(reason) });
  await expect(Array.fromAsync(stopped)).rejects.toBe(reason);
});

test("a paragraph may be a megabyte long, and no longer", () => {
  expect(() => refuseLongParagraph("x".repeat(1024 ** 2))).not.toThrow();
  expect(() => refuseLongParagraph("x".repeat(1024 ** 2 + 1))).toThrow(
    "a paragraph of it is longer than 1048576 bytes",
  );
});
