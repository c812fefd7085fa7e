import { availableParallelism } from "node:os";
import type { UnpackedPackages } from "../../image/unpack/unpack-packages.ts";
import type { UnpackPool } from "../../image/unpack/unpack-pool.ts";
import { fetchPackages, withArchive } from "../../packages/fetch/fetch.ts";
import type { LockedPackage, LockTarget } from "../../packages/package.ts";
import type { AssembledImage } from "../../stack/stack.ts";
import type { Digest } from "../../digest.ts";
import type { RunContext } from "../context.ts";
import type { StepReport } from "../execution/event.ts";
import { limit } from "../../limit.ts";

/** How far the packages of an image are. */
export interface UnpackProgress {
  readonly onFetch: (doneBytes: number, totalBytes: number) => void;
  readonly onUnpack: (done: number, total: number) => void;
}

/** Two images' downloads at a time keep the line full while one waits for its last file. */
const FETCHES = 2;

type UnpackContext = Pick<RunContext, "store" | "downloader" | "mirrors" | "clock" | "signal">;

/**
 * Brings the packages of a run's images from the mirror to the folder of unpacked files: each is
 * unpacked when it has come in, whichever image it is for, on threads that all images share.
 */
export class PackageUnpacker implements AsyncDisposable {
  readonly #context: UnpackContext;
  readonly #target: LockTarget;
  readonly #fetchTurn = limit(FETCHES, (work: () => Promise<unknown>) => work());
  readonly #started = new Map<string, Promise<UnpackedPackages>>();
  #pool: Promise<UnpackPool> | undefined;
  #rank = 0;

  readonly #steps: StepReport[];

  /** Each fetch and each unpacking that has ended is added to `steps`. */
  constructor(context: UnpackContext, target: LockTarget, steps: StepReport[]) {
    this.#context = context;
    this.#target = target;
    this.#steps = steps;
  }

  /**
   * The unpacked packages of an image; begun by the first call, and the same for each. Images asked
   * for earlier go first.
   */
  unpack(
    image: AssembledImage,
    packages: readonly LockedPackage[],
    progress: UnpackProgress,
  ): Promise<UnpackedPackages> {
    const started = this.#started.get(image.name);
    if (started !== undefined) return started;
    const unpacking = this.#unpack(image, packages, { progress, anew: false });
    return this.#remember(image, unpacking);
  }

  /**
   * The same, but that nothing is taken from what the store keeps apart: that was found damaged.
   */
  unpackAnew(
    image: AssembledImage,
    packages: readonly LockedPackage[],
    progress: UnpackProgress,
  ): Promise<UnpackedPackages> {
    return this.#remember(image, this.#unpack(image, packages, { progress, anew: true }));
  }

  #remember(
    image: AssembledImage,
    unpacking: Promise<UnpackedPackages>,
  ): Promise<UnpackedPackages> {
    // Whoever needs it will see the failure; nobody may.
    unpacking.catch(() => undefined);
    this.#started.set(image.name, unpacking);
    return unpacking;
  }

  async #unpack(
    image: AssembledImage,
    packages: readonly LockedPackage[],
    { progress, anew }: { readonly progress: UnpackProgress; readonly anew: boolean },
  ): Promise<UnpackedPackages> {
    const rank = this.#rank++;
    // Loaded here: a run that takes its layers from the store needs none of it.
    const { unpackPackages } = await import("../../image/unpack/unpack-packages.ts");
    const unpacking = unpackPackages({
      os: this.#target.os,
      image,
      packages,
      anew,
      fetch: (missing) => {
        const arrival = this.#fetch(image, missing, progress);
        return async (entry, again) =>
          again ? this.#fetchAgain(entry) : await arrival(entry.digest);
      },
      pool: await (this.#pool ??= this.#createPool()),
      rank,
      store: this.#context.store,
      onProgress: progress.onUnpack,
    });
    return this.#timed(image, "unpack", unpacking);
  }

  /** Passes the value on; when it is there, the time that it took is a step of the image. */
  async #timed<Value>(
    { name }: AssembledImage,
    step: StepReport["step"],
    work: Promise<Value>,
  ): Promise<Value> {
    const { clock } = this.#context;
    const startedAtMs = clock.now();
    const value = await work;
    this.#steps.push({ image: name, step, startedAtMs, durationMs: clock.now() - startedAtMs });
    return value;
  }

  /** Begin to fetch packages; the function that it returns waits for one of them. */
  #fetch(
    image: AssembledImage,
    packages: readonly LockedPackage[],
    progress: UnpackProgress,
  ): (digest: Digest) => Promise<string> {
    const arrivals = new Map(
      packages.map(({ digest }) => [digest, Promise.withResolvers<string>()]),
    );
    for (const { promise } of arrivals.values()) promise.catch(() => undefined);
    const fetching = this.#fetchTurn(async () => {
      if (packages.length === 0) return;
      const fetched = this.#fetchNow(packages, {
        onProgress: progress.onFetch,
        onFetched: (digest, path) => arrivals.get(digest)?.resolve(path),
      });
      await this.#timed(image, "fetch", fetched);
    });
    fetching.catch((error: unknown) => {
      for (const { reject } of arrivals.values()) reject(error);
    });
    return async (digest) => {
      const arrival = arrivals.get(digest);
      if (arrival === undefined) throw new Error(`${digest} was not asked for`);
      return arrival.promise;
    };
  }

  async #fetchAgain(entry: LockedPackage): Promise<string> {
    await this.#context.downloader.discard(entry.digest);
    const paths = await this.#fetchNow([entry], { onProgress: () => undefined });
    return paths.get(entry.digest) ?? "";
  }

  #fetchNow(
    packages: readonly LockedPackage[],
    handlers: Pick<Parameters<typeof fetchPackages>[0], "onProgress" | "onFetched">,
  ): ReturnType<typeof fetchPackages> {
    const { downloader, mirrors, signal } = this.#context;
    return fetchPackages({
      packages: packages.map((entry) => withArchive(entry, this.#target.repositories)),
      mirrors,
      downloader,
      concurrency: Math.max(8, 4 * availableParallelism()),
      signal,
      ...handlers,
    });
  }

  async #createPool(): Promise<UnpackPool> {
    const { createUnpackPool } = await import("../../image/unpack/unpack-pool.ts");
    const { store, signal } = this.#context;
    return createUnpackPool({
      threads: availableParallelism(),
      storeDirectory: store.directory,
      signal,
    });
  }

  /** Ends what is at work and removes what nobody took. */
  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#pool)?.[Symbol.asyncDispose]();
    const ended = await Promise.allSettled(this.#started.values());
    await Promise.all(
      ended.map(async (result) => {
        if (result.status === "fulfilled") await result.value[Symbol.asyncDispose]();
      }),
    );
  }
}
