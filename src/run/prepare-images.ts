import type { FileScan } from "../image/files.ts";
import { explainChange, fingerprintImages, type ImageInputs } from "../image/fingerprint.ts";
import { scanFiles } from "../image/files.ts";
import { lockPackages } from "../packages/lock-packages.ts";
import { assembledImages, packageInputs } from "../packages/inputs.ts";
import type { Lock, LockedImage, LockTarget } from "../packages/package.ts";
import type { DesiredImage } from "../plan/observed.ts";
import type { Digest, Stack } from "../stack/stack.ts";
import type { Store } from "../store/store.ts";
import type { RunContext } from "./context.ts";

/** Every image with all of its inputs known: locked packages, hashed files, and so its fingerprint. */
export interface PreparedImages {
  readonly lock: Lock;
  readonly target: LockTarget;
  readonly scans: ReadonlyMap<string, FileScan>;
  readonly inputs: ReadonlyMap<string, ImageInputs>;
  readonly desired: ReadonlyMap<string, DesiredImage>;
}

const NOTE = "image-inputs";

/** Names to exact packages, files to digests, both to fingerprints. Writes the lock where it lacked something. */
export async function prepareImages(context: RunContext): Promise<PreparedImages> {
  const { stack, store } = context;
  const [{ lock, target }, scans, contexts] = await Promise.all([
    needsLock(stack) ? lockStack(context) : withoutPackages(context),
    scanAll(stack, store),
    digestContexts(context),
  ]);
  const inputs = fingerprintImages({ stack, target, scans, contexts });
  const desired = new Map<string, DesiredImage>();
  for (const [name, current] of inputs) {
    const image = stack.images.get(name);
    if (image === undefined) continue;
    const previous = parseInputs(await store.readNote(NOTE, noteKey(stack, name)));
    const isOther = previous !== undefined && previous.fingerprint !== current.fingerprint;
    desired.set(name, {
      reference: image.reference,
      fingerprint: current.fingerprint,
      ...(isOther ? { change: explainChange(previous, current) } : {}),
    });
  }
  return { lock, target, scans, inputs, desired };
}

/** Remember what an image was made from, so that the next change can be named. */
export async function rememberInputs(
  context: Pick<RunContext, "stack" | "store">,
  image: string,
  { fingerprint, parent, packages, artifacts, files, settings }: ImageInputs,
): Promise<void> {
  const note: InputsNote = {
    fingerprint,
    parent,
    settings,
    packages: [...packages],
    artifacts: [...(artifacts ?? [])],
    files: [...files],
  };
  await context.store.writeNote(NOTE, noteKey(context.stack, image), note);
}

/** Resolve what the lock lacks, and write it. With a fresh lock nothing is asked of any mirror. */
export async function lockStack(
  context: RunContext,
): Promise<{ readonly lock: Lock; readonly target: LockTarget; readonly changed: boolean }> {
  const { stack, emit } = context;
  let phase: string | undefined;
  const finish = (note: string): void => {
    if (phase !== undefined) emit({ type: "phase-finished", phase, note });
  };
  const result = await lockPackages({
    stack,
    existing: context.lock,
    mode: context.lockMode,
    ...(context.move === undefined ? {} : { move: context.move }),
    ...(context.keys === undefined ? {} : { keys: context.keys }),
    mirrors: context.mirrors,
    artifactMirror: context.artifactMirror,
    downloader: context.downloader,
    now: new Date(),
    onPhase: (title) => {
      finish("");
      phase = `lock:${title}`;
      emit({ type: "phase-started", phase, title });
    },
    onProgress: (done, total) => {
      if (phase !== undefined) emit({ type: "phase-progress", phase, done, total, unit: "bytes" });
    },
    signal: context.signal,
  });
  finish(countPinned(result.target));
  if (result.changed) await context.writeLock(result.lock);
  return result;
}

/** `210 packages`, or `210 packages, 2 artifacts`. */
function countPinned({ images }: LockTarget): string {
  const count = (of: (image: LockedImage) => readonly unknown[] | undefined): number =>
    images.values().reduce((sum, image) => sum + (of(image)?.length ?? 0), 0);
  const artifacts = count((image) => image.artifacts);
  const packages = `${count((image) => image.packages)} packages`;
  return artifacts === 0 ? packages : `${packages}, ${artifacts} artifacts`;
}

/** A stack of Dockerfiles, or of files alone, has nothing to pin and asks no mirror. */
function needsLock(stack: Stack): boolean {
  return assembledImages(stack).some(
    ({ packages, artifacts }) => packages.length + artifacts.length > 0,
  );
}

function withoutPackages({ stack, lock }: RunContext): Pick<PreparedImages, "lock" | "target"> {
  const { os, architecture } = stack;
  const inputs = packageInputs(stack);
  const target = { os, architecture, inputs, epoch: 0, repositories: [], images: new Map() };
  return { lock: lock ?? { version: 1, targets: new Map() }, target };
}

async function scanAll(stack: Stack, store: Store): Promise<ReadonlyMap<string, FileScan>> {
  const scans = await Promise.all(
    assembledImages(stack).map(
      async (image) => [image.name, await scanFiles(image, store)] as const,
    ),
  );
  return new Map(scans);
}

async function digestContexts(context: RunContext): Promise<ReadonlyMap<string, Digest>> {
  const digests = new Map<string, Digest>();
  for (const image of context.stack.images.values()) {
    if (image.type !== "dockerfile") continue;
    // Loaded here: most stacks have no Dockerfile.
    const [{ scanContext }, { digestContext }] = await Promise.all([
      import("../context/scan.ts"),
      import("../context/digest.ts"),
    ]);
    const { digest } = await digestContext(await scanContext(image), {
      store: context.store,
      now: Date.now,
    });
    digests.set(image.name, digest);
  }
  return digests;
}

function noteKey({ name, manifestPath, os, architecture }: Stack, image: string): string {
  return `${name}-${image}-${os}-${architecture}-${manifestPath}`;
}

/** The note is the store's own; its shape alone is looked at. */
function parseInputs(note: unknown): ImageInputs | undefined {
  if (!isInputsNote(note)) return undefined;
  return {
    ...note,
    packages: new Map(note.packages),
    artifacts: new Map(note.artifacts),
    files: new Map(note.files),
  };
}

interface InputsNote extends Omit<ImageInputs, "packages" | "artifacts" | "files"> {
  readonly packages: readonly (readonly [string, string])[];
  /** Absent in notes from before there were artifacts. */
  readonly artifacts?: readonly (readonly [string, string])[];
  readonly files: readonly (readonly [string, string])[];
}

function isInputsNote(note: unknown): note is InputsNote {
  return (
    typeof note === "object" &&
    note !== null &&
    "packages" in note &&
    Array.isArray(note.packages) &&
    "files" in note &&
    Array.isArray(note.files)
  );
}
