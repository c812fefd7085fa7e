import { createHash } from "node:crypto";
import { open, rm } from "node:fs/promises";
import { QclockError } from "../error.ts";
import type { Digest } from "../digest.ts";
import { MANIFEST_TYPE, toBlob } from "./config.ts";
import type { BuiltImage } from "./built-image.ts";
import { tarPadding } from "../archive/tar.ts";
import { tarHeader } from "../archive/tar-header.ts";

/** An archive for `POST /images/load`, with its length known before it is sent. */
export interface ImageArchive {
  readonly lengthBytes: number;
  /** A piece may change when the second one after it is asked for. */
  readonly content: AsyncIterable<Uint8Array>;
}

/** The part of a built image that goes into an archive. */
export type PackedImage = Pick<
  BuiltImage,
  "config" | "configDigest" | "manifest" | "manifestDigest"
> & {
  readonly layers: readonly {
    readonly diffId: Digest;
    readonly sizeBytes: number;
    /** Where the tar lies, or its bytes. */
    readonly path: string | Uint8Array;
  }[];
};

interface Member {
  readonly name: string;
  readonly size: number;
  readonly read: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/**
 * Images as one untagged archive that is an OCI layout and has a `manifest.json`: Engines with the
 * graphdriver store read the latter, those with the containerd store the former. Layers in
 * `omitLayers` are named but left out, for an Engine that has them already.
 *
 * Source: OCI image-spec 1.1, image-layout.md; Docker image specification 1.2, "Combined Image
 * JSON".
 */
export function packImageArchive(
  images: readonly PackedImage[],
  options: { readonly omitLayers: ReadonlySet<Digest> },
): ImageArchive {
  const members = listMembers(images, options.omitLayers);
  const lengthBytes = members.reduce((sum, { size }) => sum + 512 + size + tarPadding(size), 1024);
  return { lengthBytes, content: writeMembers(members) };
}

function listMembers(
  images: readonly PackedImage[],
  omitLayers: ReadonlySet<Digest>,
): readonly Member[] {
  const members = new Map<string, Member>();
  const addBytes = (name: string, bytes: Uint8Array): void => {
    members.set(name, { name, size: bytes.length, read: () => [bytes] });
  };
  for (const [name, bytes] of layoutFiles(images, () => undefined)) addBytes(name, bytes);
  for (const { config, configDigest, manifest, manifestDigest, layers } of images) {
    addBytes(blobPath(configDigest), config);
    addBytes(blobPath(manifestDigest), manifest);
    for (const { diffId, sizeBytes, path } of layers) {
      if (omitLayers.has(diffId)) continue;
      const name = blobPath(diffId);
      members.set(name, {
        name,
        size: sizeBytes,
        read: () => (typeof path === "string" ? readLayer(path, diffId) : [path]),
      });
    }
  }
  return [...members.values()];
}

/**
 * The files that make a folder of blobs an OCI layout and an archive for `docker load`, by name. An
 * image without a name has none after loading.
 */
export function layoutFiles<Image extends PackedImage>(
  images: readonly Image[],
  nameOf: (image: Image) => string | undefined,
): readonly (readonly [name: string, bytes: Uint8Array])[] {
  const named = images.map((image) => ({ ...image, name: nameOf(image) }));
  return [
    ["oci-layout", Buffer.from('{"imageLayoutVersion":"1.0.0"}')],
    ["index.json", indexOf(named)],
    ["manifest.json", dockerManifestOf(named)],
  ];
}

type NamedImage = PackedImage & { readonly name: string | undefined };

function indexOf(images: readonly NamedImage[]): Uint8Array {
  const manifests = images.map(({ manifest, manifestDigest, name }) => ({
    mediaType: MANIFEST_TYPE,
    digest: manifestDigest,
    size: manifest.length,
    ...(name === undefined ? {} : { annotations: annotationsOf(name) }),
  }));
  return toBlob({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests,
  }).bytes;
}

/** containerd takes the whole name from its own annotation; OCI's holds the tag. */
function annotationsOf(name: string): Readonly<Record<string, string>> {
  return {
    "io.containerd.image.name": name,
    "org.opencontainers.image.ref.name": name.slice(name.lastIndexOf(":") + 1),
  };
}

function dockerManifestOf(images: readonly NamedImage[]): Uint8Array {
  return toBlob(
    images.map(({ configDigest, layers, name }) => ({
      Config: blobPath(configDigest),
      RepoTags: name === undefined ? null : [name],
      Layers: layers.map(({ diffId }) => blobPath(diffId)),
    })),
  ).bytes;
}

function blobPath(digest: Digest): string {
  return `blobs/sha256/${digest.slice("sha256:".length)}`;
}

/** How much of a layer is read at a time. */
const PIECE_BYTES = 512 * 1024;

/**
 * A layer from the store, in two buffers in turn: a piece changes when the second one after it is
 * asked for. What the disk has changed must not reach an Engine: one of them would not notice.
 */
async function* readLayer(path: string, diffId: Digest): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  try {
    await using file = await open(path);
    let [buffer, other] = [Buffer.allocUnsafe(PIECE_BYTES), Buffer.allocUnsafe(PIECE_BYTES)];
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES);
      if (bytesRead === 0) break;
      const piece = buffer.subarray(0, bytesRead);
      hash.update(piece);
      yield piece;
      [buffer, other] = [other, buffer];
    }
  } catch (error) {
    // Told here: an Engine that is sent half of it would be blamed.
    throw new QclockError("store-unusable", `The store's copy of layer ${diffId} cannot be read.`, {
      cause: error,
      hint: "Run the command again: what is missing is made again.",
    });
  }
  if (diffId === `sha256:${hash.digest("hex")}`) return;
  await rm(path, { force: true }).catch(() => undefined);
  throw new QclockError("store-damaged", `The store's copy of layer ${diffId} is damaged.`, {
    hint: "It was removed and the Engine refused what was sent. Run the command again, which makes it anew; have the disk checked.",
  });
}

async function* writeMembers(members: readonly Member[]): AsyncGenerator<Uint8Array> {
  for (const { name, size, read } of members) {
    yield tarHeader(name, size);
    let written = 0;
    for await (const chunk of read()) {
      written += chunk.length;
      yield chunk;
    }
    // The header has promised the size, so a layer that was damaged on disk must not go out.
    if (written !== size) throw new Error(`${name} has ${written} bytes instead of ${size}`);
    const fill = tarPadding(size);
    if (fill > 0) yield Buffer.alloc(fill);
  }
  yield Buffer.alloc(1024);
}
