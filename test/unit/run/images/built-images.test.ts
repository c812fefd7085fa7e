import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { scanFiles } from "../../../../src/image/files/files.ts";
import { type AssemblyProgress, BuiltImages } from "../../../../src/run/images/built-images.ts";
import type { AssembledImage } from "../../../../src/stack/stack.ts";
import { aDownloader } from "../../../integration/packages/lock-request.ts";
import { anArchive } from "../../../support/an-artifact.ts";
import { anImage, aStack, desired } from "../../../support/builders.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import type { DownloadRequest } from "../../../../src/store/downloader.ts";
import { temporaryFolder, temporaryStore } from "../../../support/temporary-store.ts";

const NO_INPUTS = `sha256:${"0".repeat(64)}` as const;

/** The artifacts of a base with a file, and of an image on it with another one. */
async function workshop(parts: Partial<AssembledImage> = {}) {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const { store } = stack.use(await temporaryStore());
  const filesOf = async (name: string): Promise<Pick<AssembledImage, "files">> => {
    const source = path.join(folder.path, name);
    await mkdir(source, { recursive: true });
    await writeFile(path.join(source, `${name}.txt`), name);
    return { files: [{ source, target: "/", uid: 0, gid: 0 }] };
  };
  const base = anImage("base", await filesOf("base"));
  const app = anImage("app", { parent: "base", ...(await filesOf("app")), ...parts });
  const declared = aStack({ images: [base, app] });
  const scans = new Map([
    ["base", await scanFiles(base, store)],
    ["app", await scanFiles(app, store)],
  ]);
  const { os, architecture } = declared;
  const artifactsOf = app.artifacts.map(({ url, digest, path: target }) => ({
    url,
    digest,
    path: target,
    sizeBytes: 1,
  }));
  const images = new Map([["app", { packages: [], artifacts: artifactsOf }]]);
  const target = { os, architecture, inputs: NO_INPUTS, repositories: [], images };
  const { signal } = new AbortController();
  const fetched: string[] = [];
  const context = {
    stack: declared,
    store,
    downloader: {
      ...aDownloader(store, { offline: true }).downloader,
      toStore: async ({ digest }: Pick<DownloadRequest, "digest">) => {
        fetched.push(digest);
        return Promise.reject(new Error("nothing is fetched"));
      },
    },
    mirrors: async () => Promise.reject(new Error("a mirror was asked for")),
    clock: fakeClock(),
    signal,
  };
  const builtImages = stack.use(
    new BuiltImages(context, {
      lock: { version: 2, targets: new Map() },
      target,
      scans,
      inputs: new Map(),
      desired: desired(declared),
    }),
  );
  const owned = stack.move();
  return { base, app, builtImages, fetched, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Progress that keeps what is noticed. */
function listener(): { readonly progress: AssemblyProgress; readonly told: string[] } {
  const told: string[] = [];
  const progress = {
    onFetch: () => undefined,
    onUnpack: () => undefined,
    onNotice: (message: string) => void told.push(message),
  };
  return { progress, told };
}

test("an image that was begun ahead is the one that is asked for later, and its notices are told then", async () => {
  const config = { ...anImage("any").config, workingDirectory: "/srv/nowhere" };
  await using made = await workshop({ config });
  const { base, app, builtImages } = made;
  const first = listener();
  const parent = await builtImages.get(base, first.progress);
  builtImages.beginFiles([base, app]);
  // Long enough for the layer of one small file; nobody has asked for the image.
  while (builtImages.steps.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(first.told).toEqual([]);

  const { progress, told } = listener();
  const built = await builtImages.get(app, progress);
  expect(built.layers.slice(0, -1)).toEqual(parent.layers);
  expect(builtImages.steps.map(({ image }) => image)).toEqual(["base", "app"]);
  expect(told).toEqual([expect.stringContaining("/srv/nowhere, its working folder")]);

  await builtImages.get(app, progress);
  expect(told).toHaveLength(1);
});

test("what may have to be fetched is not begun ahead", async () => {
  const archive = anArchive(Buffer.from("tar"));
  await using made = await workshop({ artifacts: [archive] });
  const { base, app, builtImages, fetched } = made;
  await builtImages.get(base, listener().progress);
  builtImages.beginFiles([app]);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(fetched).toEqual([]);

  await expect(builtImages.get(app, listener().progress)).rejects.toThrow("nothing is fetched");
  expect(fetched).toEqual([archive.digest]);
});
