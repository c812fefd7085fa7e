import { availableParallelism } from "node:os";
import { QclockError } from "../error.ts";
import type { UnpackTurn } from "../image/packages-layer.ts";
import type { AssembledArtifact, AssembleRequest } from "../image/assemble.ts";
import { fetchPackages } from "../packages/fetch.ts";
import type { LockedImage } from "../packages/package.ts";
import type { AssembledImage, Digest } from "../stack/stack.ts";
import type { RunContext } from "./context.ts";
import { limit } from "./limit.ts";
import type { PreparedImages } from "./prepare-images.ts";

/** How far making an artifact is. */
export interface ArtifactProgress {
  readonly onFetch: (doneBytes: number, totalBytes: number) => void;
  readonly onUnpack: (done: number, total: number) => void;
  readonly onNotice: (message: string) => void;
}

/** The assembled images of a run: made when first asked for, and then the same. */
export class Artifacts {
  readonly #context: RunContext;
  readonly #prepared: PreparedImages;
  readonly #made = new Map<string, Promise<AssembledArtifact>>();
  readonly #unpackTurn: UnpackTurn = limit(1, (work) => work());

  constructor(context: RunContext, prepared: PreparedImages) {
    this.#context = context;
    this.#prepared = prepared;
  }

  /** The artifact of an image with all its layers in the store; from there when they are, else made. */
  get(image: AssembledImage, progress: ArtifactProgress): Promise<AssembledArtifact> {
    const known = this.#made.get(image.name);
    if (known !== undefined) return known;
    const made = this.#make(image, progress);
    this.#made.set(image.name, made);
    return made;
  }

  async #make(image: AssembledImage, progress: ArtifactProgress): Promise<AssembledArtifact> {
    const { stack, store, signal } = this.#context;
    const { target, scans, desired } = this.#prepared;
    const locked = target.images.get(image.name) ?? { packages: [] };
    const request: Omit<AssembleRequest, "packagePath"> = {
      image,
      parent: await this.#parent(image, progress),
      locked,
      target,
      scan: scans.get(image.name) ?? { files: [] },
      fingerprint: desired.get(image.name)?.fingerprint ?? "sha256:",
      stackName: stack.name,
      store,
      onProgress: progress.onUnpack,
      onNotice: progress.onNotice,
      signal,
    };
    // Loaded here: a run with nothing to build needs none of it.
    const { assembleImage, recallArtifact } = await import("../image/assemble.ts");
    const recalled = await recallArtifact(request);
    if (recalled !== undefined) return recalled;
    const paths = await this.#fetch(locked, progress);
    const packagePath = async (digest: Digest): Promise<string> => {
      const path = paths.get(digest) ?? (await store.find(digest));
      if (path === undefined)
        throw new QclockError("store-unusable", `File ${digest} has left the store.`);
      return path;
    };
    const artifact = await assembleImage({
      ...request,
      packagePath,
      unpackTurn: this.#unpackTurn,
    });
    const own = artifact.layers[request.parent?.layers.length ?? 0];
    if (own?.kind === "packages") refuseUnexpected(image, locked.packagesLayer, own.diffId);
    return artifact;
  }

  async #parent(
    image: AssembledImage,
    progress: ArtifactProgress,
  ): Promise<AssembledArtifact | undefined> {
    if (image.parent === undefined) return undefined;
    const parent = this.#context.stack.images.get(image.parent);
    if (parent?.type === "assembled") return this.get(parent, progress);
    throw new QclockError(
      "build-failed",
      `Image "${image.name}" is made of packages and cannot stand on "${image.parent}", which is not.`,
      { hint: "Make it a Dockerfile image, or give its base packages as well." },
    );
  }

  async #fetch(
    { packages, artifacts = [] }: LockedImage,
    progress: ArtifactProgress,
  ): Promise<ReadonlyMap<Digest, string>> {
    const { downloader, mirrors, artifactMirror, signal } = this.#context;
    const archives = new Map(
      this.#prepared.target.repositories.map(({ id, archive }) => [id, archive]),
    );
    return fetchPackages({
      packages: packages.map((entry) => ({
        ...entry,
        archive: archives.get(entry.repository) ?? "main",
      })),
      artifacts,
      artifactMirror,
      mirrors,
      downloader,
      concurrency: Math.max(8, 4 * availableParallelism()),
      onProgress: progress.onFetch,
      signal,
    });
  }

  /** Digest of the own packages layer of each artifact that was made in this run, for the lock. */
  async packagesLayers(): Promise<ReadonlyMap<string, Digest>> {
    const layers = new Map<string, Digest>();
    for (const [name, promise] of this.#made) {
      const artifact = await promise.catch(() => undefined);
      const image = this.#context.stack.images.get(name);
      if (artifact === undefined || image?.type !== "assembled") continue;
      const parentCount = await this.#layerCount(image.parent);
      const own = artifact.layers[parentCount];
      if (own?.kind === "packages") layers.set(name, own.diffId);
    }
    return layers;
  }

  async #layerCount(parent: string | undefined): Promise<number> {
    if (parent === undefined) return 0;
    const artifact = await this.#made.get(parent)?.catch(() => undefined);
    return artifact?.layers.length ?? 0;
  }
}

/** The lock names the digest that the packages layer must have; another one means that the same inputs gave other bytes. */
function refuseUnexpected(
  image: AssembledImage,
  expected: Digest | undefined,
  actual: Digest,
): void {
  if (expected === undefined || expected === actual) return;
  throw new QclockError(
    "digest-mismatch",
    `The packages layer of image "${image.name}" is ${actual}, but the lock expects ${expected}.`,
    {
      hint: "Another version of qclock may write layers differently: compare the versions, or run `qclock lock --update`.",
    },
  );
}
