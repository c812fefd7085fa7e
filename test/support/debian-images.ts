import { noSources } from "../../src/packages/lock/locked-files.ts";
import { unpackPackages } from "../../src/image/unpack/unpack-packages.ts";
import { createUnpackPool } from "../../src/image/unpack/unpack-pool.ts";
import type { BuiltImage } from "../../src/image/built-image.ts";
import { assembleImage } from "../../src/image/assemble/assemble.ts";
import { noFiles } from "../../src/image/files/files.ts";
import { fetchPackages } from "../../src/packages/fetch/fetch.ts";
import { lockPackages } from "../../src/packages/lock/lock-packages.ts";
import { loadFamily } from "../../src/packages/families.ts";
import { type Mirrors, mirrorVariable } from "../../src/packages/mirror.ts";
import { resolveMirrors } from "../../src/packages/resolve-mirrors.ts";
import type { LockTarget } from "../../src/packages/package.ts";
import type { AssembledImage, Stack } from "../../src/stack/stack.ts";
import type { Digest } from "../../src/digest.ts";
import { createDownloader } from "../../src/store/downloader.ts";
import type { Store } from "../../src/store/store.ts";
import { FINGERPRINT, noScripts } from "./assemble.ts";

/**
 * Images made of the distribution's real packages, from the mirror that qclock itself would use.
 */
export interface DebianImages {
  readonly target: LockTarget;
  readonly images: ReadonlyMap<string, BuiltImage>;
}

/** Packages of the distribution that were fetched. */
export interface DebianPackages {
  readonly target: LockTarget;
  /** Files in the store, by digest. */
  readonly paths: ReadonlyMap<Digest, string>;
}

/** Lock and fetch the packages of images. */
export async function fetchDebian(
  name: string,
  images: readonly AssembledImage[],
  store: Store,
): Promise<DebianPackages> {
  const signal = new AbortController().signal;
  const quiet = { onPhase: () => undefined, onProgress: () => undefined };
  const downloader = createDownloader({
    environment: new Map(),
    store,
    offline: false,
    onRetry: () => undefined,
    sleep: async () => undefined,
  });
  const stack = stackOf(name, images);
  const { target } = await lockPackages({
    stack,
    existing: undefined,
    mode: "use",
    mirrors,
    pythonIndex: noSources.pythonIndex,
    downloader,
    now: new Date(),
    signal,
    ...quiet,
  });
  const archives = new Map(target.repositories.map(({ id, archive }) => [id, archive]));
  const packages = [...target.images.values()]
    .flatMap((image) => image.packages)
    .map((each) => ({ ...each, archive: archives.get(each.repository) ?? "main" }));
  const paths = await fetchPackages({
    packages,
    mirrors,
    downloader,
    concurrency: 8,
    signal,
    ...quiet,
  });
  return { target, paths };
}

/** Lock, fetch and assemble images; parents come before their children. */
export async function assembleDebian(
  name: string,
  images: readonly AssembledImage[],
  store: Store,
): Promise<DebianImages> {
  const signal = new AbortController().signal;
  const { target, paths } = await fetchDebian(name, images, store);
  await using pool = createUnpackPool({ threads: 2, storeDirectory: store.directory, signal });
  const made = new Map<string, BuiltImage>();
  for (const image of images) {
    const built = await assembleImage({
      image,
      parent: image.parent === undefined ? undefined : made.get(image.parent),
      locked: target.images.get(image.name) ?? { packages: [] },
      target,
      scan: noFiles,
      fingerprint: FINGERPRINT,
      stackName: name,
      started: [],
      users: [],
      python: async () => undefined,
      filePath: async () => Promise.reject(new Error("these images have no artifact")),
      unpack: (anew) =>
        unpackPackages({
          os: target.os,
          anew,
          image,
          packages: target.images.get(image.name)?.packages ?? [],
          fetch:
            () =>
            async ({ digest }) =>
              paths.get(digest) ?? "",
          pool,
          rank: 0,
          store,
          onProgress: () => undefined,
        }),
      store,
      runScripts: noScripts,
      onNotice: () => undefined,
      signal,
    });
    made.set(image.name, built);
  }
  return { target, images: made };
}

function stackOf(name: string, images: readonly AssembledImage[]): Stack {
  return {
    name,
    manifestPath: "/project/stack.config.yaml",
    directory: "/project",
    manifestDigest: FINGERPRINT,
    os: "debian-12",
    architecture: process.arch === "arm64" ? "arm64" : "amd64",
    mirrors: new Map(),
    images: new Map(images.map((image) => [image.name, image])),
    services: new Map(),
    networks: new Map(),
    volumes: new Map(),
    secrets: new Map(),
    locations: new Map(),
  };
}

async function mirrors(): Promise<Mirrors> {
  const environmentMirror = process.env[mirrorVariable("debian-12")];
  return await resolveMirrors({
    os: "debian-12",
    manifestMirror: undefined,
    environmentMirror,
    family: await loadFamily("debian-12"),
  });
}
