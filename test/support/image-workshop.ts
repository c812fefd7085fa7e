import { noSources } from "../../src/packages/lock/locked-files.ts";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { scanFiles } from "../../src/image/files/files.ts";
import type { BuiltImagesContext } from "../../src/run/images/built-images.ts";
import type { PreparedImages } from "../../src/run/images/prepare-images.ts";
import type { AssembledImage } from "../../src/stack/stack.ts";
import type { DownloadRequest } from "../../src/store/downloader.ts";
import { aDownloader } from "./lock-request.ts";
import { anImage, aStack, desired } from "./builders.ts";
import { fakeClock } from "./fake-clock.ts";
import { temporaryFolder, temporaryStore } from "./temporary-store.ts";

const NO_INPUTS = `sha256:${"0".repeat(64)}` as const;

/** All that making the images of a small stack takes, with no mirror and no Engine. */
export interface ImageWorkshop extends AsyncDisposable {
  readonly base: AssembledImage;
  readonly app: AssembledImage;
  readonly context: BuiltImagesContext;
  readonly prepared: PreparedImages;
  /** Digests that were to be fetched, all in vain. */
  readonly fetched: readonly string[];
}

/** A base with a file, and an image on it with another one and these parts. */
export async function imageWorkshop(parts: Partial<AssembledImage> = {}): Promise<ImageWorkshop> {
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
    pythonIndex: noSources.pythonIndex,
    mirrors: async () => Promise.reject(new Error("a mirror was asked for")),
    engine: async () => Promise.reject(new Error("an Engine was asked for")),
    emit: () => undefined,
    runId: "run",
    version: "0.0.0",
    clock: fakeClock(),
    signal,
  };
  const prepared: PreparedImages = {
    lock: { version: 2, targets: new Map() },
    target,
    scans,
    inputs: new Map(),
    desired: desired(declared),
  };
  const owned = stack.move();
  const dispose = async (): Promise<void> => owned.disposeAsync();
  return { base, app, context, prepared, fetched, [Symbol.asyncDispose]: dispose };
}
