import { createHash } from "node:crypto";
import type { ImageDetails } from "../../src/docker/engine.ts";
import { failureInWords } from "../../src/docker/errors.ts";
import { readTar } from "../../src/archive/read-members.ts";
import type { Digest } from "../../src/digest.ts";

interface Manifest {
  readonly Config: string;
  readonly RepoTags: readonly string[] | null;
  readonly Layers: readonly string[];
}

interface Config {
  readonly architecture: string;
  readonly config: {
    readonly User?: string;
    readonly Env?: readonly string[];
    readonly Entrypoint?: readonly string[];
    readonly Cmd?: readonly string[];
    readonly ExposedPorts?: Readonly<Record<string, object>>;
    readonly Labels?: Readonly<Record<string, string>>;
  };
  readonly rootfs: { readonly diff_ids: readonly Digest[] };
}

/** The images of an Engine in memory, by id, with their names. */
export class MemoryImages {
  readonly #images = new Map<string, Omit<ImageDetails, "references">>();
  readonly #ids = new Map<string, string>();
  readonly #files = new Map<string, ReadonlyMap<string, string>>();
  /** Names of the layers' blobs of each load that were in the archive. */
  readonly loadedLayers: (readonly string[])[] = [];

  /** As `docker load`: fails for a layer that is left out and that no image here has. */
  async load(archive: AsyncIterable<Uint8Array>): Promise<void> {
    const files = new Map<string, Buffer>();
    const digests = new Map<string, string>();
    for await (const { path, content } of readTar(archive, () => Infinity)) {
      const bytes = Buffer.from(content);
      files.set(path, bytes);
      digests.set(path, `sha256:${createHash("sha256").update(bytes).digest("hex")}`);
    }
    const manifests: readonly Manifest[] = JSON.parse(text(files, "manifest.json"));
    this.loadedLayers.push(
      manifests.flatMap(({ Layers }) => Layers.filter((layer) => files.has(layer))),
    );
    for (const { Config: name, RepoTags, Layers } of manifests) {
      const config: Config = JSON.parse(text(files, name));
      for (const [index, layer] of Layers.entries()) {
        const diffId = config.rootfs.diff_ids[index] ?? "sha256:";
        const isHere = files.has(layer)
          ? digests.get(layer) === diffId
          : this.#holds(config, index);
        if (!isHere) throw loadFailure(`layer ${diffId} is not here`);
      }
      const id = digests.get(name) ?? "";
      this.#images.set(id, detailsOf(id, config));
      for (const tag of RepoTags ?? []) this.#ids.set(tag, id);
    }
  }

  /** As an image that somebody else built here; the paths of its files have no leading slash. */
  add(
    reference: string,
    image: { readonly user?: string; readonly files?: Readonly<Record<string, string>> } = {},
  ): string {
    const files = new Map(Object.entries(image.files ?? {}));
    const config: Config = {
      architecture: "amd64",
      config: { User: image.user ?? "" },
      rootfs: { diff_ids: [] },
    };
    const content = JSON.stringify([config, [...files]]);
    const id = `sha256:${createHash("sha256").update(content).digest("hex")}`;
    this.#images.set(id, detailsOf(id, config));
    this.#files.set(id, files);
    this.#ids.set(reference, id);
    return id;
  }

  /** The text of a file of an image that was added. */
  fileOf(reference: string, path: string): string | undefined {
    return this.#files.get(this.find(reference)?.id ?? "")?.get(path);
  }

  find(reference: string): ImageDetails | undefined {
    const id = this.#ids.get(reference) ?? reference;
    const found = this.#images.get(id);
    return found === undefined ? undefined : { ...found, references: this.#namesOf(id) };
  }

  /** False when there is no such image. */
  tag(id: string, reference: string): boolean {
    const found = this.find(id);
    if (found === undefined) return false;
    this.#ids.set(reference, found.id);
    return true;
  }

  /** Take a name away, and with its last name the image; false when there is no such image. */
  remove(reference: string): boolean {
    const found = this.find(reference);
    if (found === undefined) return false;
    this.#ids.delete(reference);
    if (this.#namesOf(found.id).length === 0) this.#images.delete(found.id);
    return true;
  }

  /** Every name, sorted. */
  references(): readonly string[] {
    return [...this.#ids.keys()].toSorted();
  }

  #namesOf(id: string): readonly string[] {
    return [...this.#ids].flatMap(([name, other]) => (other === id ? [name] : []));
  }

  /** A layer is kept by the chain that it ends. */
  #holds({ rootfs }: Config, index: number): boolean {
    const chain = rootfs.diff_ids.slice(0, index + 1).join();
    return [...this.#images.values()].some(
      ({ diffIds }) => diffIds.slice(0, index + 1).join() === chain,
    );
  }
}

function detailsOf(id: string, config: Config): Omit<ImageDetails, "references"> {
  const { User, Env, Entrypoint, Cmd, ExposedPorts, Labels } = config.config;
  return {
    id,
    identity: id,
    labels: new Map(Object.entries(Labels ?? {})),
    diffIds: config.rootfs.diff_ids,
    environment: Env ?? [],
    user: User ?? "",
    exposedPorts: Object.keys(ExposedPorts ?? {}),
    entrypoint: Entrypoint ?? [],
    command: Cmd ?? [],
    sizeBytes: 0,
    architecture: config.architecture,
    raw: config,
  };
}

function text(files: ReadonlyMap<string, Buffer>, name: string): string {
  const found = files.get(name);
  if (found === undefined) throw loadFailure(`the archive has no ${name}`);
  return found.toString("utf8");
}

function loadFailure(message: string): Error {
  return failureInWords({ operation: "load images", url: "memory:", code: "load-failed" }, message);
}
