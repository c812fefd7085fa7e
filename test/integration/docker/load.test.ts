import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import type { Engine } from "../../../src/docker/engine.ts";
import { loadBuiltImages } from "../../../src/docker/load.ts";
import type { Digest } from "../../../src/digest.ts";
import { HeldChains } from "../../../src/docker/held-chains.ts";
import { connectTestEngine, testHosts } from "../../support/engines.ts";
import { smallImage, smallLayer } from "../../support/small-image.ts";
import { temporaryStore } from "../../support/temporary-store.ts";

async function* bytes(...parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield part;
}

/** Names of one test's images, removed at its end. */
function imageNames(
  engine: Engine,
): { readonly name: (image: string) => string } & AsyncDisposable {
  const stack = `t-${randomBytes(5).toString("hex")}`;
  const used: string[] = [];
  return {
    name(image) {
      const reference = `qclock.invalid/${stack}/${image}:latest`;
      used.push(reference);
      return reference;
    },
    async [Symbol.asyncDispose]() {
      for (const reference of used.toReversed()) await engine.removeImage(reference);
    },
  };
}

for (const host of testHosts) {
  const where = host ?? "the usual Engine";

  test(`${where}: an image and its child arrive whole, under their names`, async () => {
    await using engine = await connectTestEngine(host);
    await using names = imageNames(engine);
    await using scope = await temporaryStore();
    const lower = await smallLayer(scope.store, [["lower", randomBytes(64)]]);
    const upper = await smallLayer(scope.store, [["upper", randomBytes(64)]]);
    const base = smallImage(names.name("base"), [lower]);
    const child = smallImage(names.name("child"), [lower, upper]);

    const told: (readonly [done: number, total: number])[] = [];
    const onProgress = (done: number, total: number): void => void told.push([done, total]);
    const onOutput = (): void => undefined;
    await loadBuiltImages({ engine, images: [base, child], onOutput, onProgress });
    const [done = 0, total] = told.at(-1) ?? [];
    expect(done).toBeGreaterThan(0);
    expect(done).toBe(total);

    expect((await engine.inspectImage(base.reference))?.diffIds).toEqual([lower.diffId]);
    expect((await engine.inspectImage(child.reference))?.diffIds).toEqual([
      lower.diffId,
      upper.diffId,
    ]);
  });

  test(`${where}: a layer that the Engine holds is not sent again`, async () => {
    await using engine = await connectTestEngine(host);
    await using names = imageNames(engine);
    await using scope = await temporaryStore();
    const lower = await smallLayer(scope.store, [["lower", randomBytes(256 * 1024)]]);
    const upper = await smallLayer(scope.store, [["upper", randomBytes(64)]]);
    const sizes: number[] = [];
    const counting: Engine = {
      ...engine,
      loadImages: async (archive, onOutput, signal) => {
        let size = 0;
        await engine.loadImages(
          (async function* () {
            for await (const chunk of archive) {
              size += chunk.length;
              yield chunk;
            }
          })(),
          onOutput,
          signal,
        );
        sizes.push(size);
      },
    };
    await loadBuiltImages({
      engine: counting,
      images: [smallImage(names.name("base"), [lower])],
      onOutput: () => undefined,
    });
    await loadBuiltImages({
      engine: counting,
      images: [smallImage(names.name("child"), [lower, upper])],
      onOutput: () => undefined,
    });

    expect(sizes).toHaveLength(2);
    expect(sizes[0]).toBeGreaterThan(256 * 1024);
    expect(sizes[1]).toBeLessThan(64 * 1024);
    expect((await engine.inspectImage(names.name("child")))?.diffIds).toEqual([
      lower.diffId,
      upper.diffId,
    ]);
  });

  test(`${where}: layers left out by mistake are sent after all`, async () => {
    await using engine = await connectTestEngine(host);
    await using names = imageNames(engine);
    await using scope = await temporaryStore();
    const lower = await smallLayer(scope.store, [["lower", randomBytes(64)]]);
    const upper = await smallLayer(scope.store, [["upper", randomBytes(64)]]);
    const child = smallImage(names.name("child"), [lower, upper]);
    const lines: string[] = [];

    await loadBuiltImages({
      engine,
      images: [child],
      heldChains: chainsOf([lower.diffId]),
      onOutput: (line) => lines.push(line),
    });

    expect(lines.join("\n")).toContain("sending all of them");
    expect((await engine.inspectImage(child.reference))?.diffIds).toEqual([
      lower.diffId,
      upper.diffId,
    ]);
  });

  test(`${where}: an archive that is none is a failure`, async () => {
    await using engine = await connectTestEngine(host);
    await expect(
      engine.loadImages(bytes(Buffer.alloc(4096, "x")), () => undefined),
    ).rejects.toMatchObject({ code: "load-failed" });
  });

  test(`${where}: a layer that is not what its digest says is refused, and no name moves`, async () => {
    await using engine = await connectTestEngine(host);
    await using names = imageNames(engine);
    await using scope = await temporaryStore();
    const layer = await smallLayer(scope.store, [["file", randomBytes(64)]]);
    const diffId: Digest = `sha256:${"0".repeat(64)}`;
    const forged = smallImage(names.name("forged"), [{ ...layer, diffId }]);
    // Given as bytes, so that it is the Engine that notices.
    const content = await readFile(layer.path);
    const image = { ...forged, layers: [{ diffId, sizeBytes: content.length, path: content }] };

    await expect(
      loadBuiltImages({ engine, images: [image], onOutput: () => undefined }),
    ).rejects.toMatchObject({ code: "load-failed" });
    expect(await engine.inspectImage(image.reference)).toBeUndefined();
  });
}

function chainsOf(...chains: readonly (readonly Digest[])[]): HeldChains {
  const held = new HeldChains();
  held.add(chains);
  void held.find(async () => []);
  return held;
}
