import { noSources } from "../../../../src/packages/lock/locked-files.ts";
import { expect, test } from "vitest";
import type { RunContext } from "../../../../src/run/context.ts";
import { BuiltImages } from "../../../../src/run/images/built-images.ts";
import { prepareImages } from "../../../../src/run/images/prepare-images.ts";
import type { AssembledImage, Service } from "../../../../src/stack/stack.ts";
import { aService } from "../../../support/a-service.ts";
import { anAssembledImage } from "../../../support/a-subject.ts";
import { aLoadContext } from "../../../support/bundles.ts";
import { aStack } from "../../../support/builders.ts";
import { temporaryStore } from "../../../support/temporary-store.ts";
import { aDownloader } from "../../../support/lock-request.ts";

/** What is said while an image is made that works in `/app`. */
async function noticesOf(
  parts: Partial<AssembledImage>,
  service: Partial<Service> = {},
): Promise<readonly string[]> {
  await using temporary = await temporaryStore();
  const image = anAssembledImage("app", { packages: [], ...parts });
  const app = { ...image, config: { ...image.config, workingDirectory: "/app" } };
  const context: RunContext = {
    ...aLoadContext({ store: temporary.store }),
    stack: aStack({
      images: [app],
      services: [aService({ name: "web", image: "app", ...service })],
    }),
    downloader: aDownloader(temporary.store).downloader,
    pythonIndex: noSources.pythonIndex,
    mirrors: () => Promise.reject(new Error("no mirror is asked")),
    lock: undefined,
    lockMode: "use",
    writeLock: () => Promise.resolve(),
    jobs: 1,
    secretVariable: () => undefined,
    emit: () => undefined,
  };
  await using builtImages = new BuiltImages(context, await prepareImages(context));
  const notices: string[] = [];
  await builtImages.get(app, {
    onFetch: () => undefined,
    onUnpack: () => undefined,
    onNotice: (message, level) => void notices.push(`${level}: ${message}`),
  });
  return notices;
}

test("an image that lacks its working folder is told while it is made, as validate tells it", async () => {
  const folder = (path: string) => ({
    directories: [{ path, mode: 0o755, uid: 0, gid: 0 }],
  });
  expect(await noticesOf(folder("/srv"))).toEqual([
    'warning: Image "app" has no folder /app, its working folder. List it under `directories`.',
  ]);
  expect(await noticesOf(folder("/app"))).toEqual([]);
  const tmpfs = [{ target: "/app", sizeBytes: 1024, mode: 0o755 }];
  expect(await noticesOf(folder("/srv"), { tmpfs })).toEqual([]);
});
