import { loadBuiltImages } from "../../docker/load.ts";
import { QclockError } from "../../error.ts";
import {
  type BundleDocument,
  invalid,
  isFileEntry,
  LOCK_NAME,
} from "../../image/bundle/document.ts";
import { storedImage } from "../../image/bundle/images.ts";
import { rememberCarried } from "../../image/layers/carried-run-layer.ts";
import { openBundle, type OpenBundle } from "../../image/bundle/read.ts";
import type { PinnedKey } from "../../packages/proof/pinned-key.ts";
import type { Lock } from "../../packages/package.ts";
import { isArchitecture } from "../../os.ts";
import { isForeign, nameOf } from "../../plan/images/platform.ts";
import { rememberProofs } from "../../packages/proof/prove-lock.ts";
import type { Digest } from "../../digest.ts";
import { openQuarantine } from "../../store/quarantine.ts";
import type { Store } from "../../store/store.ts";
import { takeHold, type HoldContext } from "../hold/hold.ts";
import {
  type BundleProof,
  checkContents,
  checkPlatforms,
  proveBundle,
  type ProvedBundle,
} from "./check.ts";
import {
  type LockFile,
  type LockOutcome,
  putLock,
  readBundledLock,
  refuseOtherLock,
} from "./lock.ts";
import { inPhase } from "../execution/phase.ts";
import { counting, drain, isWanted, neededBlobs, runLayersIn, take } from "./take.ts";
import { type UnpackedProject, unpackProject } from "./unpack-project.ts";

/** What loading a bundle works with: no stack, since there may be none yet. */
export interface LoadContext extends Omit<HoldContext, "stackName"> {
  readonly store: Store;
  /** Absolute path of the folder that a project is written to. */
  readonly directory: string;
  /**
   * The lock beside the manifest of that name, or, without a name, where the lock of this folder
   * lies.
   */
  readonly lockFile: (manifest: string | undefined) => Promise<LockFile>;
}

export interface LoadOptions {
  /** The bundle's name, for messages. */
  readonly name: string;
  /** Also put its images into the Engine. */
  readonly images: boolean;
  /** Also write its manifest and what that points at. */
  readonly manifest: boolean;
  /** Replace another lock, which is kept as a copy, and other files of the project. */
  readonly force: boolean;
  /** Take packages that nothing proves, and mark them in the lock. */
  readonly allowUnsigned: boolean;
  /** Trusted keys; absent: those that ship with qclock. */
  readonly keys?: readonly PinnedKey[];
  /** Keys that are trusted beside those; absent: none. */
  readonly furtherKeys?: readonly PinnedKey[];
  readonly now: Date;
}

/** What a bundle brought. */
export interface LoadReport {
  readonly stack: string;
  readonly targets: readonly string[];
  /** Files that the store lacked, with their bytes, and files that it had. */
  readonly added: { readonly files: number; readonly bytes: number };
  readonly held: { readonly files: number; readonly bytes: number };
  readonly proof: BundleProof;
  readonly lock: LockOutcome & { readonly file: string };
  readonly project?: UnpackedProject;
  /** References of the images that are in the Engine now. */
  readonly images: readonly string[];
}

/**
 * Take a bundle in. Each file is checked while it goes by and kept apart; then the signatures are
 * followed to each package; only then the project's files are written, the packages get into the
 * store, the lock is written and the images are loaded. Of a bundle that is refused nothing stays.
 *
 * Throws `bundle-invalid`, `signature-invalid`, `package-unproved`, `engine-platform` for images of
 * other machines, `would-lose-data` for another lock or other files in the way, `disk-full`.
 */
export async function loadBundle(
  context: LoadContext,
  source: AsyncIterable<Uint8Array>,
  options: LoadOptions,
): Promise<LoadReport> {
  const { name } = options;
  await using bundle = await openBundle(source, name);
  const { document } = bundle;
  refuseLacking(document, options);
  // Asked before minutes of reading rather than after them.
  if (options.images) await refuseForeignImages(context, document, name);
  const lockFile = await context.lockFile(options.manifest ? document.manifest : undefined);
  const existing = await lockFile.read();
  await using quarantine = await openQuarantine(context.store);
  const here = { existing, file: lockFile.name };
  const {
    lock: bundled,
    needed,
    ...counts
  } = await readBundle({ ...context, store: quarantine }, { bundle, here }, options);
  const phase = { phase: "bundle:evidence", title: "Checking the signatures of the packages" };
  const proved = await inPhase(context, phase, () =>
    proveBundle({ ...options, document, lock: bundled, store: quarantine }),
  );
  if (options.images) await checkPlatforms(document, quarantine, name);
  const { lock, proofs, ...proof } = proved;
  refuseOtherLock(existing, lock, { file: lockFile.name, force: options.force });
  warnOfUnsigned(context, proof.unproved);
  const project = options.manifest
    ? await unpackProject({
        ...context,
        store: quarantine,
        entries: document.entries,
        replace: options.force,
      })
    : undefined;
  await quarantine.accept(needed);
  await keepRunLayers(context, runLayersIn(document, bundled));
  await keepProofs(context, proofs, options);
  const outcome = await putLock(lockFile, existing, lock);
  const images = options.images ? await loadImages(context, document) : [];
  tellOfImages(context, images);
  return {
    stack: document.stack,
    targets: document.targets.map(({ target }) => target),
    ...counts,
    proof,
    lock: { file: lockFile.name, ...outcome },
    ...(project === undefined ? {} : { project }),
    images,
  };
}

/**
 * Throws `engine-platform` for images of other machines, which would take the names of the Engine's
 * own.
 */
async function refuseForeignImages(
  { engine, signal }: LoadContext,
  { images }: BundleDocument,
  name: string,
): Promise<void> {
  const machine = await (await engine()).info(signal);
  for (const { target } of images) {
    const architecture = target.slice(target.indexOf("/") + 1);
    if (isArchitecture(architecture) && !isForeign({ architecture }, machine)) continue;
    throw new QclockError(
      "engine-platform",
      `${name} holds images for ${nameOf({ architecture })}, and the Engine runs ${nameOf(machine)}.`,
      {
        hint: "Load it on a machine of that kind; without --images its packages get into the store.",
      },
    );
  }
}

function refuseLacking(document: BundleDocument, { images, manifest, name }: LoadOptions): void {
  const lacks =
    images && document.images.length === 0
      ? "images"
      : manifest && document.manifest === undefined
        ? "manifest"
        : undefined;
  if (lacks === undefined) return;
  throw new QclockError("usage", `${name} holds no ${lacks}.`, {
    hint: `Save it with \`qclock bundle save --${lacks}\`, or load it without --${lacks}.`,
  });
}

/**
 * Read a bundle to its end, and keep what is needed of it in a store of its own. Throws
 * `bundle-invalid`.
 */
async function readBundle(
  context: LoadContext,
  parts: {
    readonly bundle: OpenBundle;
    readonly here: { readonly existing: Lock | undefined; readonly file: string };
  },
  options: LoadOptions,
): Promise<
  Pick<LoadReport, "added" | "held"> & { readonly lock: Lock; readonly needed: ReadonlySet<Digest> }
> {
  const { bundle, here } = parts;
  const { document } = bundle;
  const { name, force } = options;
  const counts = { added: { files: 0, bytes: 0 }, held: { files: 0, bytes: 0 } };
  let lock: Lock | undefined;
  let needed: ReadonlySet<Digest> = new Set();
  const phase = { phase: "bundle:read", title: "Reading the bundle" };
  await inPhase(context, phase, async (onProgress) => {
    const files = document.entries.filter(isFileEntry);
    const total = files.reduce((sum, { size }) => sum + size, 0);
    let done = 0;
    for await (const { entry, content } of bundle.files()) {
      const counted = counting(content, (bytes) => {
        context.signal.throwIfAborted();
        onProgress((done += bytes), total);
      });
      if (entry.path === LOCK_NAME) {
        lock = await readBundledLock(counted, name);
        checkContents(document, lock, name);
        needed = neededBlobs(document, lock, options);
        refuseOtherLock(here.existing, lock, { file: here.file, force });
      } else if (isWanted(entry, needed, options)) {
        const outcome = await take(context.store, { entry, content: counted });
        counts[outcome].files++;
        counts[outcome].bytes += entry.size;
      } else await drain(counted);
    }
  });
  if (lock === undefined) throw invalid(name, "it has no lock");
  return { lock, needed, ...counts };
}

function warnOfUnsigned({ emit }: LoadContext, unproved: readonly string[]): void {
  if (unproved.length === 0) return;
  emit({
    type: "notice",
    level: "warning",
    message: `Nothing proves that these are the distribution's: ${unproved.join(", ")}.`,
  });
}

/** Nothing proves what scripts made: it is believed as the lock is, and told of. */
async function keepRunLayers(
  { store, emit }: LoadContext,
  layers: ReturnType<typeof runLayersIn>,
): Promise<void> {
  for (const { digest } of layers) await rememberCarried(digest, store);
  if (layers.length === 0) return;
  const names = layers.map(({ image }) => image).join(", ");
  emit({
    type: "notice",
    level: "warning",
    message: `What scripts made that were run comes with the bundle and is taken as it is, for ${names}.`,
    hint: "qclock verify --rebuild runs them again and compares.",
  });
}

function tellOfImages({ emit }: LoadContext, images: readonly string[]): void {
  if (images.length === 0) return;
  emit({
    type: "notice",
    level: "info",
    message:
      "A bundle's images are not proved: build and up make each again from the packages before it runs.",
  });
}

/**
 * What was proved by the bundle is known from now on, as the release files that prove it may be on
 * no mirror.
 */
async function keepProofs(
  { store }: LoadContext,
  targets: ProvedBundle["proofs"],
  { keys }: LoadOptions,
): Promise<void> {
  const trust = keys === undefined ? {} : { keys };
  for (const { os, proofs } of targets)
    await rememberProofs({ ...trust, os, downloader: { store } }, proofs);
}

/**
 * Hand the bundle's images to the Engine, by the names that they had, while the stack is held. They
 * are not recorded as built by qclock: nothing proves what is in their layers. So `build` and `up`
 * make them again from the proved packages, and where they were right send no layer.
 */
async function loadImages(
  context: LoadContext,
  document: BundleDocument,
): Promise<readonly string[]> {
  const { store, signal } = context;
  const engine = await context.engine();
  await using _hold = await takeHold({ ...context, stackName: document.stack });
  const phase = { phase: "bundle:images", title: "Loading the images into the Engine" };
  return await inPhase(context, phase, async () => {
    const images = await Promise.all(document.images.map((image) => storedImage(image, store)));
    await loadBuiltImages({ engine, images, onOutput: () => undefined, signal });
    return images.map(({ reference }) => reference);
  });
}
