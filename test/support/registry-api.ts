import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

// A registry as its clients see it: https://github.com/opencontainers/distribution-spec

export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";

/** A JSON document as it is sent. */
export interface Document {
  readonly bytes: Buffer;
  readonly digest: string;
}

export function aDocument(value: object): Document {
  const bytes = Buffer.from(JSON.stringify(value));
  return { bytes, digest: digestOf(bytes) };
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** An image, and the two blobs that its manifest names. */
export interface SmallImage {
  readonly config: Document;
  readonly layer: Buffer;
  readonly manifest: object;
}

/** A small image: a config with a history, and one layer. */
export function anImage(config: object = {}): SmallImage {
  const layer = gzipSync(Buffer.alloc(1024));
  const made = aDocument({
    os: "linux",
    architecture: "amd64",
    rootfs: { type: "layers", diff_ids: [digestOf(Buffer.alloc(1024))] },
    history: [{ created: "2024-05-06T07:08:09.123456789Z", created_by: "made by hand" }],
    ...config,
  });
  const manifest = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: {
      mediaType: "application/vnd.oci.image.config.v1+json",
      digest: made.digest,
      size: made.bytes.length,
    },
    layers: [
      {
        mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
        digest: digestOf(layer),
        size: layer.length,
      },
    ],
  };
  return { config: made, layer, manifest };
}

/** A registry at an address; every method throws on an answer that is no success. */
export class RegistryClient {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  /** Names of one page of the catalogue. */
  async catalog(query = ""): Promise<readonly string[]> {
    const response = await this.#send("GET", `/v2/_catalog${query}`);
    return ((await response.json()) as { repositories: string[] }).repositories;
  }

  /** The status that asking for a manifest is answered with. */
  async manifestStatus(name: string, reference: string): Promise<number> {
    const headers = { Accept: `${OCI_MANIFEST}, ${OCI_INDEX}` };
    return (await fetch(`${this.url}/v2/${name}/manifests/${reference}`, { headers })).status;
  }

  async putBlob(name: string, bytes: Uint8Array): Promise<void> {
    const started = await this.#send("POST", `/v2/${name}/blobs/uploads/`);
    const location = new URL(started.headers.get("Location") ?? "", this.url);
    location.searchParams.set("digest", digestOf(bytes));
    await this.#send("PUT", location.pathname + location.search, {}, bytes);
  }

  /** Take over a blob of another repository without sending it. */
  async mountBlob(name: string, digest: string, from: string): Promise<void> {
    const query = new URLSearchParams({ mount: digest, from });
    const response = await this.#send("POST", `/v2/${name}/blobs/uploads/?${query.toString()}`);
    if (response.status !== 201) throw new Error(`${from} has no ${digest}`);
  }

  /** Resolves with the digest. */
  async putManifest(name: string, reference: string, manifest: object): Promise<string> {
    const type = "mediaType" in manifest ? String(manifest.mediaType) : OCI_MANIFEST;
    const { bytes, digest } = aDocument(manifest);
    const headers = { "Content-Type": type };
    await this.#send("PUT", `/v2/${name}/manifests/${reference}`, headers, bytes);
    return digest;
  }

  async putImage(name: string, tag: string, config: object = {}): Promise<string> {
    const image = anImage(config);
    await this.putBlob(name, image.layer);
    await this.putBlob(name, image.config.bytes);
    return this.putManifest(name, tag, image.manifest);
  }

  /** The same image in so many repositories: its config is sent once, and it has no layers. */
  async putImages(names: readonly string[], tag: string): Promise<void> {
    const image = anImage();
    const manifest = { ...image.manifest, layers: [] };
    const [first = "", ...others] = names;
    await this.putBlob(first, image.config.bytes);
    await this.putManifest(first, tag, manifest);
    const worker = async (): Promise<void> => {
      for (let name = others.pop(); name !== undefined; name = others.pop()) {
        await this.mountBlob(name, image.config.digest, first);
        await this.putManifest(name, tag, manifest);
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
  }

  /** Give an image a further tag, as a client does that sends its manifest again. */
  async addTag(name: string, tag: string, further: string, type: string): Promise<void> {
    const found = await this.#send("GET", `/v2/${name}/manifests/${tag}`, { Accept: type });
    const bytes = new Uint8Array(await found.arrayBuffer());
    await this.#send("PUT", `/v2/${name}/manifests/${further}`, { "Content-Type": type }, bytes);
  }

  async #send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
    body?: Uint8Array,
  ): Promise<Response> {
    const response = await fetch(this.url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: new Uint8Array(body) }),
    });
    if (response.ok) return response;
    throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  }
}
