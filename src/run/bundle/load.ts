import * as z from "zod/mini";
import { loadArtifacts } from "../../docker/load.ts";
import { QclockError } from "../../error.ts";
import {
  type BundleDocument,
  invalid,
  isFileEntry,
  LOCK_NAME,
} from "../../image/bundle/document.ts";
import { storedImage } from "../../image/bundle/images.ts";
import { openBundle } from "../../image/bundle/read.ts";
import type { PinnedKey } from "../../packages/deb/keys/debian.ts";
import type { Lock } from "../../packages/package.ts";
import { labels } from "../../stack/labels.ts";
import type { Store } from "../../store/store.ts";
import { recordImage } from "../image-records.ts";
import { takeLock, type LockContext } from "../lock.ts";
import { type BundleProof, checkContents, proveBundle } from "./check.ts";
import {
  type LockFile,
  type LockOutcome,
  putLock,
  readBundledLock,
  refuseOtherLock,
} from "./lock.ts";
import { inPhase } from "./phase.ts";
import { counting, drain, take, wantedFiles } from "./take.ts";
import { type UnpackedProject, unpackProject } from "./unpack-project.ts";

/** What loading a bundle works with: no stack, since there may be none yet. */
export interface LoadContext extends Omit<LockContext, "stackName"> {
  readonly store: Store;
  /** Absolute path of the folder that a project is written to. */
  readonly directory: string;
  /** The lock beside the manifest of that name, or, without a name, where the lock of this folder lies. */
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
  /** Take packages that neither a signature nor the lock here vouches for. */
  readonly allowUnsigned: boolean;
  /** Trusted keys; absent: those that ship with qclock. */
  readonly keys?: readonly PinnedKey[];
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
 * Take a bundle in. Each file is checked while it goes by and gets into the store whole or not at all; then the signatures are
 * followed to each package; only then the project's files and the lock are written and the images loaded.
 *
 * Throws `bundle-invalid`, `signature-invalid`, `would-lose-data` for another lock or other files in the way, `disk-full`.
 */
export async function loadBundle(
  context: LoadContext,
  source: AsyncIterable<Uint8Array>,
  options: LoadOptions,
): Promise<LoadReport> {
  const { store } = context;
  const { name } = options;
  await using bundle = await openBundle(source, name);
  const { document } = bundle;
  refuseLacking(document, options);
  // Asked before minutes of reading rather than after them.
  if (options.images) await context.engine();
  const lockFile = await context.lockFile(options.manifest ? document.manifest : undefined);
  const existing = await lockFile.read();
  let lock: Lock | undefined;
  const counts = { added: { files: 0, bytes: 0 }, held: { files: 0, bytes: 0 } };
  const phase = { phase: "bundle:read", title: "Reading the bundle" };
  await inPhase(context, phase, async (onProgress) => {
    const files = document.entries.filter(isFileEntry);
    const total = files.reduce((sum, { size }) => sum + size, 0);
    const isWanted = wantedFiles(document, options);
    let done = 0;
    for await (const { entry, content } of bundle.files()) {
      const counted = counting(content, (bytes) => {
        context.signal.throwIfAborted();
        onProgress((done += bytes), total);
      });
      if (entry.path === LOCK_NAME) {
        lock = await readBundledLock(counted, name);
        checkContents(document, lock, name);
        refuseOtherLock(existing, lock, { file: lockFile.name, force: options.force });
      } else if (isWanted(entry)) {
        const outcome = await take(store, { entry, content: counted });
        counts[outcome].files++;
        counts[outcome].bytes += entry.size;
      } else await drain(counted);
    }
  });
  if (lock === undefined) throw invalid(name, "it has no lock");
  const proof = await prove(context, { document, lock, existing }, options);
  if (proof.unproved.length > 0) {
    context.emit({
      type: "notice",
      level: "warning",
      message: `No signature vouches for ${proof.unproved.join(", ")}.`,
    });
  }
  const project = options.manifest
    ? await unpackProject({ ...context, entries: document.entries, replace: options.force })
    : undefined;
  const outcome = await putLock(lockFile, existing, lock);
  const images = options.images ? await loadImages(context, document) : [];
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

async function prove(
  context: LoadContext,
  {
    document,
    lock,
    existing,
  }: { document: BundleDocument; lock: Lock; existing: Lock | undefined },
  options: LoadOptions,
): Promise<BundleProof> {
  const phase = { phase: "bundle:evidence", title: "Checking the signatures of the packages" };
  return await inPhase(context, phase, () =>
    proveBundle({ ...options, document, lock, trusted: existing, store: context.store }),
  );
}

/** Hand the bundle's images to the Engine, by the names that they had, while the stack is held. */
async function loadImages(
  context: LoadContext,
  document: BundleDocument,
): Promise<readonly string[]> {
  const { store, signal } = context;
  const engine = await context.engine();
  await using _lock = await takeLock({ ...context, stackName: document.stack });
  const phase = { phase: "bundle:images", title: "Loading the images into the Engine" };
  return await inPhase(context, phase, async () => {
    const images = await Promise.all(document.images.map((image) => storedImage(image, store)));
    // As the stack's own: what a bundle brings was built by qclock, and each of its files was checked.
    for (const { config, configDigest, manifestDigest } of images)
      await recordImage(store, fingerprintOf(config), [configDigest, manifestDigest]);
    await loadArtifacts({ engine, artifacts: images, onOutput: () => undefined, signal });
    return images.map(({ reference }) => reference);
  });
}

const configSchema = z.object({
  config: z.object({ Labels: z.record(z.string(), z.string()) }),
});

/** The fingerprint that an image's configuration names; empty where it names none. */
function fingerprintOf(config: Uint8Array): string {
  const parsed = configSchema.safeParse(JSON.parse(Buffer.from(config).toString("utf8")));
  return parsed.data?.config.Labels[labels.fingerprint] ?? "";
}
