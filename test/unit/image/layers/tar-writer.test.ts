import { createHash } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { TarWriter } from "../../../../src/image/layers/tar-writer.ts";

/** Content that is no multiple of the writer's buffers, and differs from place to place. */
const content = Buffer.from(
  Array.from({ length: 700_000 }, (_, at) => Math.imul(at, 0x9e3779b1) >>> 24),
);
const times = 7;

test("a piece is whole until it is written, and the next one waits for that", async () => {
  const pieces: Buffer[] = [];
  let isBusy = false;
  const tar = new TarWriter(async (bytes) => {
    expect(isBusy).toBe(false);
    isBusy = true;
    // The next pieces are gathered meanwhile.
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    pieces.push(Buffer.from(bytes));
    isBusy = false;
  });
  const { digest, sizeBytes } = await tar.writeContent(repeated());
  const { diffId } = await tar.end();

  const written = Buffer.concat(pieces);
  const expected = Buffer.concat(Array.from({ length: times }, () => content));
  expect(sizeBytes).toBe(expected.length);
  expect(written.subarray(0, expected.length).equals(expected)).toBe(true);
  expect(digest).toBe(sha256(expected));
  expect(diffId).toBe(sha256(written));
});

test("a piece that cannot be written is told, the last one as well", async () => {
  const full = async (): Promise<void> => {
    await nextTurn();
    throw new Error("no space left");
  };
  await expect(new TarWriter(full).writeContent(repeated())).rejects.toThrow("no space left");
  await expect(new TarWriter(full).end()).rejects.toThrow("no space left");
});

async function* repeated(): AsyncGenerator<Uint8Array> {
  for (let time = 0; time < times; time += 1) {
    yield content;
    await nextTurn();
  }
}

function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
