import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { expect, test } from "vitest";
import type { Digest } from "../../../src/digest.ts";
import { loadBuiltImages } from "../../../src/docker/load.ts";
import { type Answer, json, startFakeEngine } from "../../support/fake-engine.ts";
import { smallImage, smallLayer } from "../../support/small-image.ts";
import { temporaryStore } from "../../support/temporary-store.ts";

const reference = "qclock.invalid/t/app:latest";

/**
 * What an Engine is asked that has the image's first layer under its name, when the image has a
 * second one of so many bytes.
 */
async function askedFor(sizeBytes: number): Promise<readonly string[]> {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const base = await smallLayer(store, [["base", randomBytes(400_000)]]);
  const files = await smallLayer(store, [["file", randomBytes(sizeBytes)]]);
  const image = smallImage(reference, [base, files]);
  const inspected = (...layers: readonly Digest[]): Answer =>
    json({ Id: image.configDigest, RepoTags: [reference], RootFS: { Layers: layers } });
  await using fake = await startFakeEngine({
    routes: {
      [`GET /images/${reference.replace(":", "%3A")}/json`]: inspected(base.diffId),
      "GET /images/json": json([]),
      "POST /images/load": async (response, incoming) => {
        incoming.resume();
        await once(incoming, "end");
        response.end('{"stream":"Loaded image"}\n');
      },
      [`GET /images/${image.configDigest.replace(":", "%3A")}/json`]: inspected(
        base.diffId,
        files.diffId,
      ),
      [`POST /images/${image.configDigest}/tag`]: json({}, 201),
    },
  });
  await using engine = await fake.connect();
  await loadBuiltImages({ engine, images: [image], onOutput: () => undefined });
  return fake.requests
    .map((line) =>
      decodeURIComponent(line)
        .replace(/\/v[\d.]+/u, "")
        .replace(/\?.*$/u, ""),
    )
    .filter((line) => line !== "GET /_ping" && line !== "GET /info")
    .map((line) => line.replace(image.configDigest, "NEW"));
}

test("of an image that changed a little only the one that has its name is looked at", async () => {
  expect(await askedFor(1000)).toEqual([
    `GET /images/${reference}/json`,
    "POST /images/load",
    "GET /images/NEW/json",
    "POST /images/NEW/tag",
  ]);
});

test("where much would be sent, the stack's other images are looked at, too", async () => {
  expect(await askedFor(400_000)).toContain("GET /images/json");
});
