import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { toDigest } from "../../../src/digest.ts";
import { addAccounts } from "../../../src/image/accounts.ts";
import { ImageRoot } from "../../../src/image/layers/image-root.ts";
import { writeLayer } from "../../../src/image/layers/layer-tar.ts";
import { addPackage } from "../../../src/image/layers/packages-layer.ts";
import type { LeftScript } from "../../../src/packages/installation.ts";
import { install } from "../../../src/packages/rpm/installation.ts";
import { unpackPackage } from "../../../src/packages/rpm/unpack.ts";
import type { InstalledPackage } from "../../../src/packages/unpacked.ts";
import type { Store } from "../../../src/store/store.ts";

export interface RpmRoot {
  /** A tar of the layer. */
  readonly layer: string;
  /** Scripts that were undone. */
  readonly left: readonly LeftScript[];
  readonly durationMs: number;
}

/**
 * The root that qclock makes of packages: taken apart, laid down and their scripts interpreted, and
 * written as a layer. Set-id bits and capabilities stay, which an image loses but for the files
 * that its manifest names.
 */
export async function makeRpmRoot(request: {
  /** Names of the packages and their files. */
  readonly packages: ReadonlyMap<string, string>;
  readonly folder: string;
  readonly store: Store;
  /** The time of what is made, in seconds since 1970. */
  readonly epoch: number;
  readonly signal: AbortSignal;
}): Promise<RpmRoot> {
  const { packages, folder, store, epoch, signal } = request;
  const startedAtMs = performance.now();
  const spoolFolder = path.join(folder, "spool");
  await mkdir(spoolFolder, { recursive: true });
  const installed: InstalledPackage[] = [];
  for (const [name, file] of packages) {
    const digest = toDigest(
      createHash("sha256")
        .update(await readFile(file))
        .digest("hex"),
    );
    const spool = path.join(spoolFolder, name);
    installed.push({ name, ...(await unpackPackage({ file, digest, spool, exclude: [] })) });
  }
  const root = new ImageRoot({ below: [], epoch, reads: new Map() });
  const left = await install({
    packages: installed,
    isFirst: true,
    architecture: "amd64",
    root: root.root,
    resolve: (at) => root.resolve(at),
    scripts: "interpret",
    answers: new Map(),
    now: epoch,
    place: (item, rules) => addPackage(root, item, { rules, spoolFolder }),
    addAccounts: (templates) =>
      addAccounts(root.root, { image: { users: [], groups: [] }, templates }),
    signal,
  });
  const entries = root.changes();
  const layer = await writeLayer({ entries, kind: "packages", epoch, store, signal });
  return { layer: layer.path, left, durationMs: performance.now() - startedAtMs };
}
