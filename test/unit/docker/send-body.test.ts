import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { startFakeEngine } from "../../support/fake-engine.ts";

const pieceBytes = 300_000;
const pieceCount = 40;

/** Pieces in two buffers in turn, each overwritten when the second one after it is asked for. */
async function* inTwoBuffers(): AsyncGenerator<Uint8Array> {
  const buffers = [Buffer.alloc(pieceBytes), Buffer.alloc(pieceBytes)];
  for (let index = 0; index < pieceCount; index++) {
    const buffer = buffers[index % 2];
    if (buffer !== undefined) yield buffer.fill(index);
  }
}

test("a source may fill two buffers in turn, however slowly they are taken", async () => {
  const expected = createHash("sha256");
  for await (const piece of inTwoBuffers()) expected.update(piece);
  const received = createHash("sha256");
  await using fake = await startFakeEngine({
    routes: {
      "POST /images/load": async (response, request) => {
        for await (const chunk of request) {
          received.update(chunk);
          await sleep(1);
        }
        response.end();
      },
    },
  });
  await using engine = await fake.connect();

  await engine.loadImages(inTwoBuffers(), () => undefined);

  expect(received.digest("hex")).toBe(expected.digest("hex"));
});

test("a connection that ends is told at once, though the source has nothing yet, and the source is closed", async () => {
  let isClosed = false;
  const { promise: next, resolve: goOn } = Promise.withResolvers<void>();
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      yield Buffer.alloc(1000);
      await next;
      yield Buffer.alloc(1000);
    } finally {
      isClosed = true;
    }
  }
  await using fake = await startFakeEngine({
    routes: { "POST /images/load": (_, request) => void request.socket.destroy() },
  });
  await using engine = await fake.connect();

  await expect(engine.loadImages(source(), () => undefined)).rejects.toMatchObject({
    code: "engine-unreachable",
  });
  expect(isClosed).toBe(false);
  goOn();
  await expect.poll(() => isClosed).toBe(true);
});
