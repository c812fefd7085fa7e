import { HeldChains } from "../../docker/held-chains.ts";
import { QclockError } from "../../error.ts";
import type { BuiltImage } from "../../image/built-image.ts";
import type { RecalledLayers } from "../../image/layers/layer-cache.ts";
import type { AssembleRequest } from "../../image/assemble/request.ts";
import { programsOfServices } from "../../image/started-programs.ts";
import { usersOfServices } from "../../image/started-users.ts";
import { haveFolder, missingWorkingFolder } from "../../image/working-folder.ts";
import { artifactFile, fetchFiles } from "../../packages/fetch/fetch.ts";
import type { LockedImage } from "../../packages/package.ts";
import { wheelFile } from "../../packages/wheels/locked-wheel.ts";
import { pythonOf } from "../../packages/wheels/python-of.ts";
import type { AssembledImage } from "../../stack/stack.ts";
import type { Digest } from "../../digest.ts";
import type { RunContext } from "../context.ts";
import type { UnpackedPackages } from "../../image/unpack/unpack-packages.ts";
import type { StepReport } from "../execution/event.ts";
import { noFiles } from "../../image/files/files.ts";
import { limit } from "../../limit.ts";
import { basesFirst } from "./bases-first.ts";
import type { PreparedImages } from "./prepare-images.ts";
import { recordImage } from "./records.ts";
import { type EndedScript, scriptSteps } from "./script-steps.ts";
import { PackageUnpacker, type UnpackProgress } from "./unpack-ahead.ts";

/** How far making an image is. */
export interface AssemblyProgress extends UnpackProgress {
  readonly onNotice: AssembleRequest["onNotice"];
}

/**
 * How many images may be unpacked and not yet assembled: what is unpacked takes memory and disk.
 */
const AHEAD = 4;

/** Artifacts and wheels of one image that are fetched at a time. */
const FETCHES = 4;

type LockedLayers = Pick<LockedImage, "packagesLayer" | "runLayer">;

/** What making images takes. */
export type BuiltImagesContext = Pick<
  RunContext,
  | "stack"
  | "store"
  | "downloader"
  | "mirrors"
  | "artifactMirror"
  | "engine"
  | "emit"
  | "runId"
  | "version"
  | "pythonIndex"
  | "clock"
  | "signal"
>;

/** The assembled images of a run: made when first asked for, and then the same. */
export class BuiltImages implements AsyncDisposable {
  readonly #context: BuiltImagesContext;
  readonly #prepared: PreparedImages;
  readonly #unpacker: PackageUnpacker;
  readonly #recalled = new Map<string, Promise<BuiltImage | undefined>>();
  readonly #recalledLayers: RecalledLayers = new Map();
  readonly #made = new Map<string, Promise<BuiltImage>>();
  /** Told when an image that was begun is made, or is not going to be. */
  readonly #ended = new Map<string, PromiseWithResolvers<void>>();
  readonly #progress = new Map<string, AssemblyProgress>();
  /** What was noticed about an image before anybody asked for it. */
  readonly #untold = new Map<string, Parameters<AssemblyProgress["onNotice"]>[]>();
  /** What is still being written down of the layers that were made. */
  readonly #notes: Promise<void>[] = [];
  /** What is taken away when all is done. */
  readonly #cleanup: (() => Promise<void>)[] = [];
  readonly #files = new Map<string, Promise<ReadonlyMap<Digest, string>>>();
  #closed = false;
  /** Layers that the Engine is known to hold. */
  readonly heldChains = new HeldChains();
  /** What was done for each image, for the report. */
  readonly steps: StepReport[] = [];

  constructor(context: BuiltImagesContext, prepared: PreparedImages) {
    this.#context = context;
    this.#prepared = prepared;
    this.#unpacker = new PackageUnpacker(context, prepared.target, this.steps);
  }

  /**
   * Begin to fetch and unpack what these images will need, those that others stand on first: that
   * takes no parent's layers, and most of the time that an image takes. A failure shows when the
   * image is asked for.
   */
  begin(images: readonly AssembledImage[]): void {
    const ahead = limit(AHEAD, async (image: AssembledImage) => {
      if (this.#made.has(image.name) || !(await this.#needsPackages(image))) return;
      if (this.#closed) return;
      const ended = Promise.withResolvers<void>();
      this.#ended.set(image.name, ended);
      await this.#unpack(image);
      await ended.promise;
    });
    for (const image of basesFirst(images)) ahead(image).catch(() => undefined);
  }

  /**
   * Make those of these images of which files alone changed: that takes milliseconds, no request to
   * a mirror, and nothing of the Engine, which may have something else to do meanwhile. A failure
   * shows when the image is asked for.
   */
  beginFiles(images: readonly AssembledImage[]): void {
    const begin = async (image: AssembledImage): Promise<void> => {
      // Artifacts and wheels may have to be fetched.
      if (image.artifacts.length > 0 || image.wheels !== undefined) return;
      if (await this.#needsPackages(image)) return;
      if (!this.#closed) await this.#begin(image);
    };
    for (const image of images) begin(image).catch(() => undefined);
  }

  /**
   * The built image with all its layers in the store; from there when they are, else made.
   */
  get(image: AssembledImage, progress: AssemblyProgress): Promise<BuiltImage> {
    this.#progress.set(image.name, progress);
    this.#tellUntold(image, progress);
    return this.#begin(image);
  }

  /** Parents that nobody asks for have the progress of the first image that needs them. */
  #tellUntold(image: AssembledImage, progress: AssemblyProgress): void {
    for (const notice of this.#untold.get(image.name) ?? []) progress.onNotice(...notice);
    this.#untold.delete(image.name);
    const parent = this.#context.stack.images.get(image.parent ?? "");
    if (parent?.type !== "assembled" || this.#progress.has(parent.name)) return;
    this.#progress.set(parent.name, progress);
    this.#tellUntold(parent, progress);
  }

  #begin(image: AssembledImage): Promise<BuiltImage> {
    const known = this.#made.get(image.name);
    if (known !== undefined) return known;
    const made = this.#makeAndTell(image).finally(() => this.#ended.get(image.name)?.resolve());
    this.#made.set(image.name, made);
    return made;
  }

  async #makeAndTell(image: AssembledImage): Promise<BuiltImage> {
    const built = await this.#make(image);
    const missing = missingWorkingFolder(this.#context.stack, image, (path) =>
      haveFolder(built.layers, path),
    );
    if (missing !== undefined) this.#notice(image, `${missing.message} ${missing.hint}`, "warning");
    // Before an Engine has it: after a kill in between it is known to be ours, too.
    const { fingerprint, configDigest, manifestDigest } = built;
    await recordImage(this.#context.store, fingerprint, [configDigest, manifestDigest]);
    return built;
  }

  #note(work: Promise<void>): void {
    // Who is done with the images has the failure.
    work.catch(() => undefined);
    this.#notes.push(work);
  }

  #notice(image: AssembledImage, ...notice: Parameters<AssemblyProgress["onNotice"]>): void {
    const progress = this.#progress.get(image.name);
    if (progress !== undefined) return progress.onNotice(...notice);
    const untold = this.#untold.get(image.name);
    if (untold === undefined) this.#untold.set(image.name, [notice]);
    else untold.push(notice);
  }

  async #make(image: AssembledImage): Promise<BuiltImage> {
    const recalled = await this.recall(image);
    if (recalled !== undefined) return recalled;
    const parent = await this.#parent(image);
    const { assembleImage } = await import("../../image/assemble/assemble.ts");
    const { clock, signal } = this.#context;
    let startedAtMs = clock.now();
    const scripts: EndedScript[] = [];
    const built = await assembleImage({
      ...this.#requestFor(image, parent),
      filePath: async (digest) => (await this.#fetchFiles(image)).get(digest) ?? "",
      python: () => pythonOf(this.#context.stack, image, this.#prepared.target.images),
      unpack: async (anew) => {
        const unpacked = await this.#unpack(image, anew);
        startedAtMs = clock.now();
        return unpacked;
      },
      runScripts: async (...run) => {
        // Loaded here: hardly any image runs a script.
        const { scriptRunner } = await import("../scripts/run-scripts.ts");
        const { heldChains } = this;
        await scriptRunner(this.#context, {
          heldChains,
          afterwards: (work) => void this.#cleanup.push(work),
          onRan: (name, began) => {
            const took = clock.now() - began;
            this.steps.push({ image: name, step: "run", startedAtMs: began, durationMs: took });
          },
        })(...run);
      },
      onNotice: (...notice) => this.#notice(image, ...notice),
      onScript: (script) => scripts.push({ ...script, endedAtMs: clock.now() }),
      afterwards: (work) => this.#note(work),
      signal,
    });
    const durationMs = clock.now() - startedAtMs;
    this.steps.push({ image: image.name, step: "write", startedAtMs, durationMs });
    this.steps.push(...scriptSteps(image.name, scripts));
    this.#refuseUnexpected(image, parent, built);
    return built;
  }

  /**
   * Throws `digest-mismatch` for a packages layer that is not the lock's, made now or before, and
   * for a layer of scripts that the lock names and the image has not. Of one that it has this was
   * seen when it was made.
   */
  #refuseUnexpected(
    image: AssembledImage,
    parent: BuiltImage | undefined,
    { layers }: BuiltImage,
  ): void {
    const { packagesLayer, runLayer } = this.#locked(image);
    const own = layers.slice(parent?.layers.length ?? 0);
    const [first] = own;
    if (first?.kind === "packages") refuseUnexpected(image, packagesLayer, first.diffId);
    if (runLayer === undefined || own.some(({ kind }) => kind === "run")) return;
    throw new QclockError(
      "digest-mismatch",
      `No script was to be run for image "${image.name}", but the lock expects ${runLayer} of them.`,
      {
        hint: "Another version of qclock may interpret more scripts: compare the versions. To accept that, take the image's `run_layer` line out of the lock.",
      },
    );
  }

  /** The built image when all its layers are in the store, and so are its parents'. */
  recall(image: AssembledImage): Promise<BuiltImage | undefined> {
    const known = this.#recalled.get(image.name);
    if (known !== undefined) return known;
    const recalled = this.#recallOnce(image);
    this.#recalled.set(image.name, recalled);
    return recalled;
  }

  async #recallOnce(image: AssembledImage): Promise<BuiltImage | undefined> {
    const parent = await this.#recallParent(image);
    if (parent === undefined && image.parent !== undefined) return undefined;
    // Loaded here: a run with nothing to build needs none of it.
    const { recallImage } = await import("../../image/assemble/assemble.ts");
    const built = await recallImage(this.#requestFor(image, parent));
    if (built !== undefined) this.#refuseUnexpected(image, parent, built);
    return built;
  }

  async #recallParent(image: AssembledImage): Promise<BuiltImage | undefined> {
    const parent = this.#context.stack.images.get(image.parent ?? "");
    return parent?.type === "assembled" ? this.recall(parent) : undefined;
  }

  /**
   * Whether the packages are surely to be unpacked, as far as can be told before any layer is made.
   */
  async #needsPackages(image: AssembledImage): Promise<boolean> {
    const parent = await this.#recallParent(image);
    if (parent === undefined && image.parent !== undefined) {
      const below = this.#context.stack.images.get(image.parent);
      // Where the parent's packages stay, its other layers are soon made, and may well leave this
      // image's packages as they are.
      return below?.type !== "assembled" || (await this.#needsPackages(below));
    }
    const { lacksPackagesLayer } = await import("../../image/assemble/assemble.ts");
    return lacksPackagesLayer(this.#requestFor(image, parent));
  }

  #unpack(image: AssembledImage, anew = false): Promise<UnpackedPackages> {
    const { packages } = this.#locked(image);
    // Downloads and unpacking overlap; while there is something to download, that is the news.
    let isFetching = true;
    const progress: UnpackProgress = {
      onFetch: (done, total) => {
        isFetching = done < total;
        this.#progress.get(image.name)?.onFetch(done, total);
      },
      onUnpack: (done, total) => {
        if (!isFetching) this.#progress.get(image.name)?.onUnpack(done, total);
      },
    };
    return anew
      ? this.#unpacker.unpackAnew(image, packages, progress)
      : this.#unpacker.unpack(image, packages, progress);
  }

  /** The image's artifacts and wheels in the store, by digest; fetched once. */
  #fetchFiles(image: AssembledImage): Promise<ReadonlyMap<Digest, string>> {
    const known = this.#files.get(image.name);
    if (known !== undefined) return known;
    const { downloader, artifactMirror, pythonIndex, signal } = this.#context;
    const { artifacts = [], wheels } = this.#locked(image);
    const fetching = fetchFiles({
      files: [
        ...artifacts.map((entry) => artifactFile(entry, artifactMirror)),
        ...(wheels?.files ?? []).map((entry) => wheelFile(entry, pythonIndex)),
      ],
      downloader,
      concurrency: FETCHES,
      onProgress: (done, total) => this.#progress.get(image.name)?.onFetch(done, total),
      signal,
    });
    this.#files.set(image.name, fetching);
    return fetching;
  }

  #requestFor(
    image: AssembledImage,
    parent: BuiltImage | undefined,
  ): Omit<
    AssembleRequest,
    "unpack" | "filePath" | "python" | "runScripts" | "onNotice" | "afterwards" | "signal"
  > {
    const { stack, store } = this.#context;
    const { target, scans, desired } = this.#prepared;
    return {
      image,
      parent,
      locked: this.#locked(image),
      target,
      scan: scans.get(image.name) ?? noFiles,
      fingerprint: desired.get(image.name)?.fingerprint ?? "sha256:",
      stackName: stack.name,
      started: programsOfServices(stack, image),
      users: usersOfServices(stack, image),
      store,
      recalled: this.#recalledLayers,
    };
  }

  #locked(image: AssembledImage): LockedImage {
    return this.#prepared.target.images.get(image.name) ?? { packages: [] };
  }

  async #parent(image: AssembledImage): Promise<BuiltImage | undefined> {
    if (image.parent === undefined) return undefined;
    const parent = this.#context.stack.images.get(image.parent);
    if (parent?.type === "assembled") return this.#begin(parent);
    throw new QclockError(
      "build-failed",
      `Image "${image.name}" is made of packages and cannot stand on "${image.parent}", which is not.`,
      { hint: "Make it a Dockerfile image, or give its base packages as well." },
    );
  }

  /** Of each image that was made in this run the digests of its own layers that the lock names. */
  async lockedLayers(): Promise<ReadonlyMap<string, LockedLayers>> {
    const layers = new Map<string, LockedLayers>();
    for (const [name, promise] of this.#made) {
      const built = await promise.catch(() => undefined);
      const image = this.#context.stack.images.get(name);
      if (built === undefined || image?.type !== "assembled") continue;
      const parentCount = await this.#layerCount(image.parent);
      const own = built.layers.slice(parentCount);
      const packagesLayer = own.find(({ kind }) => kind === "packages")?.diffId;
      const runLayer = own.find(({ kind }) => kind === "run")?.diffId;
      if (packagesLayer === undefined) continue;
      layers.set(name, { packagesLayer, ...(runLayer === undefined ? {} : { runLayer }) });
    }
    return layers;
  }

  async #layerCount(parent: string | undefined): Promise<number> {
    if (parent === undefined) return 0;
    const built = await (this.#made.get(parent) ?? this.#recalled.get(parent))?.catch(
      () => undefined,
    );
    return built?.layers.length ?? 0;
  }

  /** Ends what was begun for images that nobody asked for. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const { resolve } of this.#ended.values()) resolve();
    await Promise.allSettled(this.#made.values());
    await Promise.all(this.#cleanup.map((work) => work()));
    await this.#unpacker[Symbol.asyncDispose]();
    await Promise.all(this.#notes);
  }
}

/**
 * The lock names the digest that the packages layer must have; another one means that the same
 * inputs gave other bytes.
 */
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
      hint: "Another version of qclock may write layers differently: compare the versions. To accept this one, take the image's `packages_layer` line out of the lock; the next build writes it anew.",
    },
  );
}
