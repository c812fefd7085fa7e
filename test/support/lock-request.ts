import { noSources } from "../../src/packages/lock/locked-files.ts";
import type { LockRequest } from "../../src/packages/lock/request.ts";
import type { Stack } from "../../src/stack/stack.ts";
import {
  createDownloader,
  type Downloader,
  type DownloaderOptions,
} from "../../src/store/downloader.ts";
import type { Store } from "../../src/store/store.ts";
import { anAssembledImage } from "./a-subject.ts";
import type { FakeMirror } from "./fake-mirror.ts";

/** A stack of assembled images, by name: what each adds to the one before it. */
export function aPackageStack(images: Readonly<Record<string, readonly string[]>>): Stack {
  let parent: string | undefined;
  const entries = Object.entries(images).map(([name, packages]) => {
    const image = anAssembledImage(name, {
      packages,
      ...(parent === undefined ? {} : { parent }),
    });
    parent = name;
    return [name, image] as const;
  });
  return {
    name: "t",
    manifestPath: "/project/stack.config.yaml",
    directory: "/project",
    manifestDigest: `sha256:${"0".repeat(64)}`,
    os: "debian-12",
    architecture: "amd64",
    mirrors: new Map(),
    images: new Map(entries),
    services: new Map(),
    networks: new Map(),
    volumes: new Map(),
    secrets: new Map(),
    locations: new Map(
      entries.map(([name], index) => [
        `images.${name}`,
        {
          file: "stack.config.yaml",
          line: index + 3,
          column: 3,
          offset: 0,
          length: name.length,
          sourceLine: `  ${name}:`,
        },
      ]),
    ),
  };
}

/** A downloader that waits for nobody, and the lines that it wrote for the reader. */
export function aDownloader(
  store: Store,
  options: Partial<Pick<DownloaderOptions, "offline" | "silenceMs" | "environment">> = {},
): { readonly downloader: Downloader; readonly retries: readonly string[] } {
  const retries: string[] = [];
  const downloader = createDownloader({
    environment: new Map(),
    store,
    offline: false,
    ...options,
    onRetry: (message) => void retries.push(message),
    sleep: () => Promise.resolve(),
  });
  return { downloader, retries };
}

/** A request to lock a stack from a fake mirror. */
export function aLockRequest(
  parts: { readonly mirror: FakeMirror; readonly store: Store; readonly stack: Stack } & Partial<
    Omit<LockRequest, "stack">
  >,
): LockRequest {
  const { mirror, store, ...rest } = parts;
  return {
    existing: undefined,
    mode: "use",
    mirrors: () => Promise.resolve(mirror.mirrors),
    pythonIndex: noSources.pythonIndex,
    downloader: aDownloader(store).downloader,
    keys: mirror.keys,
    now: new Date(),
    onPhase: () => {},
    onProgress: () => {},
    signal: new AbortController().signal,
    ...rest,
  };
}
