import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { buildManifest, toBlob } from "../../src/image/config.ts";
import { EntryTable } from "../../src/image/layers/entry-table.ts";
import type { Layer } from "../../src/image/layers/layer.ts";
import { tarHeader } from "../../src/archive/tar-header.ts";
import { tarPadding } from "../../src/archive/tar.ts";
import type { LoadableImage } from "../../src/docker/load.ts";
import type { Store } from "../../src/store/store.ts";

/**
 * A file of a layer: its path without a leading slash, and its content. Executable, so that
 * programs run.
 */
export type SmallFile = readonly [path: string, content: string | Uint8Array];

/** Write a layer of a few files into a store. */
export async function smallLayer(store: Store, files: readonly SmallFile[]): Promise<Layer> {
  const parts = files.flatMap(([path, content]) => {
    const bytes = Buffer.from(content);
    return [
      tarHeader(path, bytes.length, { mode: 0o755 }),
      bytes,
      Buffer.alloc(tarPadding(bytes.length)),
    ];
  });
  const tar = Buffer.concat([...parts, Buffer.alloc(1024)]);
  const diffId = `sha256:${createHash("sha256").update(tar).digest("hex")}` as const;
  const path =
    (await store.find(diffId)) ??
    (await store.put(
      diffId,
      (async function* () {
        yield tar;
      })(),
    ));
  return { diffId, sizeBytes: tar.length, path, kind: "files", entries: new EntryTable() };
}

/** An image of some layers, as the Engine takes it. */
export function smallImage(
  reference: string,
  layers: readonly Layer[],
  settings: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly command?: readonly string[];
    /** A command that the Engine runs ten times a second, as the image's healthcheck. */
    readonly healthcheck?: readonly string[];
  } = {},
): LoadableImage {
  const config = toBlob({
    architecture: process.arch === "arm64" ? "arm64" : "amd64",
    os: "linux",
    created: "1970-01-01T00:00:00Z",
    config: {
      Cmd: settings.command ?? ["/none"],
      ...(settings.healthcheck === undefined
        ? {}
        : {
            Healthcheck: {
              Test: ["CMD", ...settings.healthcheck],
              Interval: 100_000_000,
              Retries: 2,
            },
          }),
      Labels: { "dev.qclock.test": "1", ...settings.labels },
    },
    rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(() => ({ created: "1970-01-01T00:00:00Z", created_by: "qclock test" })),
  });
  const manifest = buildManifest(config, layers);
  return {
    reference,
    config: config.bytes,
    configDigest: config.digest,
    manifest: manifest.bytes,
    manifestDigest: manifest.digest,
    layers,
  };
}

/**
 * Programs of this machine with the libraries that they load, for an image that runs something
 * without a registry and without packages. Needs a Linux with glibc.
 */
export function hostPrograms(programs: readonly string[]): readonly SmallFile[] {
  const files = new Map<string, Buffer>();
  for (const program of programs) {
    files.set(program.slice(1), readFileSync(program));
    const libraries = execFileSync("ldd", [program], { encoding: "utf8" }).matchAll(
      /(\/\S+)\s+\(0x/gu,
    );
    for (const [, library = ""] of libraries) files.set(library.slice(1), readFileSync(library));
  }
  return [...files];
}
