import { expect, test } from "vitest";
import type { Engine } from "../../../../src/docker/engine.ts";
import { refusePulls } from "../../../../src/run/images/offline.ts";

const held = "registry.example/held:1";
const lacking = "registry.example/lacking:1";
const engine = {
  inspectImage: async (name: string) => (name === held ? { id: "x" } : undefined),
} as unknown as Engine;

function offline(isOffline: boolean): Parameters<typeof refusePulls>[0] {
  const { signal } = new AbortController();
  return { downloader: { offline: isOffline }, signal } as Parameters<typeof refusePulls>[0];
}

test("offline an image that the Engine would have to pull is named", async () => {
  await expect(refusePulls(offline(true), engine, [held, lacking])).rejects.toMatchObject({
    code: "offline",
    message: expect.stringContaining(`The Engine lacks ${lacking}, and`),
  });
});

test.each([
  [true, [held]],
  [false, [held, lacking]],
])("offline %s, %j may be used", async (isOffline, names) => {
  await expect(refusePulls(offline(isOffline), engine, names)).resolves.toBeUndefined();
});
