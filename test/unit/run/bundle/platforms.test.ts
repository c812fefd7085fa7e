import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import type { BundleDocument } from "../../../../src/image/bundle/document.ts";
import type { Digest } from "../../../../src/digest.ts";
import { checkPlatforms } from "../../../../src/run/bundle/check.ts";
import { temporaryStore } from "../../../support/temporary-store.ts";

/** What is said of a bundle whose only image has such a configuration; undefined: nothing. */
async function refusalOf(config: string, target: string): Promise<string | undefined> {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const digest: Digest = `sha256:${createHash("sha256").update(config).digest("hex")}`;
  await store.put(
    digest,
    (async function* () {
      yield await Promise.resolve(Buffer.from(config));
    })(),
  );
  const image = {
    name: "base",
    reference: "qclock.invalid/shop/base:latest",
    target,
    config: digest,
    manifest: digest,
    layers: [],
  };
  const document: BundleDocument = {
    schema: "qclock/bundle/v1",
    version: "0.0.0-test",
    stack: "shop",
    lock: digest,
    targets: [],
    images: [image],
    entries: [],
  };
  return await checkPlatforms(document, store, "b.bundle").then(
    () => undefined,
    (error: Error) => error.message,
  );
}

test("an image is for the machines that its target names", async () => {
  expect(await refusalOf('{"architecture":"arm64"}', "debian-12/arm64")).toBeUndefined();
  expect(await refusalOf('{"architecture":"arm64"}', "debian-12/amd64")).toContain(
    'image "base" is for arm64, and its target is debian-12/amd64',
  );
});

test.each([
  ["no JSON", "architecture"],
  ["no architecture", "{}"],
  ["no name of one", `{"architecture":"${"x".repeat(1_000_000)}"}`],
])("a configuration with %s is damaged, and is not shown", async (_, config) => {
  const refusal = await refusalOf(config, "debian-12/arm64");
  expect(refusal).toContain('the configuration of image "base" is damaged');
  expect(refusal?.length).toBeLessThan(200);
});
