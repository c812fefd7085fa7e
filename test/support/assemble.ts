import { asLocked, aPython, type MadeWheel } from "./wheel.ts";
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BuiltImage } from "../../src/image/built-image.ts";
import { assembleImage } from "../../src/image/assemble/assemble.ts";
import { scanFiles } from "../../src/image/files/files.ts";
import type { Layer } from "../../src/image/layers/layer.ts";
import type { RunScripts } from "../../src/image/layers/run-layer.ts";
import type { StartedProgram } from "../../src/image/started-programs.ts";
import type { StartedUser } from "../../src/image/started-users.ts";
import { unpackPackages } from "../../src/image/unpack/unpack-packages.ts";
import { createUnpackPool } from "../../src/image/unpack/unpack-pool.ts";
import type { LockedImage, LockedPackage, LockTarget } from "../../src/packages/package.ts";
import type { Architecture } from "../../src/os.ts";
import type { AssembledImage } from "../../src/stack/stack.ts";
import type { Digest } from "../../src/digest.ts";
import { openStore } from "../../src/store/disk-store.ts";
import type { Store } from "../../src/store/store.ts";
import { anImageIn } from "./an-image.ts";
import { type DebParts, debOf, lockedOf } from "./deb.ts";
import { type ReadItem, readItems } from "./tar.ts";
import { temporaryFolder } from "./temporary-store.ts";

export const EPOCH = 1_700_000_000;
export const FINGERPRINT: Digest = `sha256:${"0".repeat(64)}`;

/** An image that says nothing. */
export const emptyImage = anImageIn("t-made-up", "made-up");

/** Assembles images from made-up packages, in folders that go at the end of its scope. */
export interface Workshop extends AsyncDisposable {
  readonly store: Store;
  /** A folder for the test's own files. */
  readonly folder: string;
  readonly notices: string[];
  /**
   * Packages by name and artifacts by digest that were taken apart, since the store had nothing
   * that was made of them.
   */
  readonly unpacked: string[];
  assemble(parts?: ImageParts): Promise<BuiltImage>;
}

export interface ImageParts {
  readonly debs?: readonly DebParts[];
  readonly image?: Partial<AssembledImage>;
  /** What lies at the URLs of the image's artifacts. */
  readonly downloads?: readonly Uint8Array[];
  /** Its Python packages, for the Python of Debian 12. */
  readonly wheels?: readonly MadeWheel[];
  readonly parent?: BuiltImage;
  /** Absent: amd64. */
  readonly architecture?: Architecture;
  /** What services start in its containers. */
  readonly started?: readonly StartedProgram[];
  /** Whom services run as in its containers. */
  readonly users?: readonly StartedUser[];
  readonly signal?: AbortSignal;
  /** Absent: no script may be run. */
  readonly runScripts?: RunScripts;
  /** What the lock says of the layer of scripts that are run. */
  readonly runLayer?: Digest;
  /** Runs when the host's files have been listed and before they are packed. */
  readonly afterScan?: () => Promise<void>;
}

/** Of an image none of whose scripts may be run. */
export const noScripts: RunScripts = async () =>
  Promise.reject(new Error("a script was to be run"));

export async function createWorkshop(): Promise<Workshop> {
  const folder = await temporaryFolder();
  const store = await openStore(join(folder.path, "store"));
  const notices: string[] = [];
  const unpacked: string[] = [];
  return {
    store,
    folder: folder.path,
    notices,
    unpacked,
    assemble: (parts = {}) => assemble(parts, { store, folder: folder.path, notices, unpacked }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

async function assemble(
  parts: ImageParts,
  place: Pick<Workshop, "store" | "folder" | "notices" | "unpacked">,
): Promise<BuiltImage> {
  const { debs = [], parent, signal = new AbortController().signal } = parts;
  const image: AssembledImage = { ...emptyImage, ...parts.image };
  const files = new Map<Digest, string>();
  const packages: LockedPackage[] = [];
  for (const deb of debs) {
    const bytes = debOf(deb);
    const locked = lockedOf(deb, bytes);
    const path = join(place.folder, `${deb.name}.deb`);
    await writeFile(path, bytes);
    files.set(locked.digest, path);
    packages.push(locked);
  }
  const { wheels = [] } = parts;
  for (const bytes of [...(parts.downloads ?? []), ...wheels.map(({ content }) => content)]) {
    const digest: Digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    const path = join(place.folder, digest.slice(7));
    await writeFile(path, bytes);
    files.set(digest, path);
  }
  const sorted = packages.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const { runLayer } = parts;
  const locked: LockedImage = {
    packages: sorted,
    newestBuild: EPOCH,
    ...(runLayer === undefined ? {} : { runLayer }),
    ...(wheels.length === 0
      ? {}
      : { wheels: { requirements: FINGERPRINT, files: wheels.map(asLocked) } }),
  };
  const scan = await scanFiles(image, place.store);
  await parts.afterScan?.();
  await using pool = createUnpackPool({
    threads: 2,
    storeDirectory: place.store.directory,
    signal,
  });
  return await assembleImage({
    image,
    parent,
    locked,
    target: targetOf(image, locked.packages, parts.architecture),
    scan,
    fingerprint: FINGERPRINT,
    stackName: "t-made-up",
    python: async () => aPython,
    filePath: async (digest) => {
      place.unpacked.push(digest);
      return files.get(digest) ?? "";
    },
    started: parts.started ?? [],
    users: parts.users ?? [],
    unpack: (anew) =>
      unpackPackages({
        os: "debian-12",
        anew,
        image,
        packages: locked.packages,
        fetch: (missing) => {
          place.unpacked.push(...missing.map(({ name }) => name));
          return async ({ digest }) => files.get(digest) ?? "";
        },
        pool,
        rank: 0,
        store: place.store,
        onProgress: () => undefined,
      }),
    store: place.store,
    runScripts: parts.runScripts ?? noScripts,
    onNotice: (message, level) => void place.notices.push(`${level}: ${message}`),
    signal,
  });
}

export function targetOf(
  image: AssembledImage,
  packages: readonly LockedPackage[],
  architecture: Architecture = "amd64",
): LockTarget {
  return {
    os: "debian-12",
    architecture,
    inputs: FINGERPRINT,
    repositories: [],
    images: new Map([[image.name, { packages, newestBuild: EPOCH }]]),
  };
}

/** What a layer's tar holds, by path. */
export async function itemsOf(layer: Layer | undefined): Promise<ReadonlyMap<string, ReadItem>> {
  if (layer === undefined) throw new Error("there is no such layer");
  return new Map(readItems(await readFile(layer.path)).map((item) => [item.path, item]));
}
