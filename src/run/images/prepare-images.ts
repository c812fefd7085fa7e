import type { FileScan, ScanListener } from "../../image/files/files.ts";
import { explainChange, fingerprintImages, type ImageInputs } from "../../image/fingerprint.ts";
import { scanFiles } from "../../image/files/files.ts";
import { digestOf } from "../../packages/canonical-json.ts";
import {
  type ForeseenLock,
  foreseeLock,
  type LockNeed,
  undecidedImages,
} from "../../packages/lock/foresee.ts";
import { assembledImages } from "../../stack/images/assembled-images.ts";
import { packageInputs } from "../../packages/lock/inputs.ts";
import type { Lock, LockTarget } from "../../packages/package.ts";
import { VanishedError } from "../../packages/fetch/vanished.ts";
import type { DesiredImage } from "../../plan/observed.ts";
import type { Image, Stack } from "../../stack/stack.ts";
import type { Digest } from "../../digest.ts";
import type { Store } from "../../store/store.ts";
import type { RunContext } from "../context.ts";
import { recallFiles, rememberFiles } from "./files-note.ts";
import { limit } from "../../limit.ts";
import { type LockUse, openLock } from "./lock-stack.ts";
import { together } from "../../together.ts";

/**
 * Every image with all of its inputs known: locked packages, hashed files, and so its fingerprint.
 */
export interface PreparedImages {
  readonly lock: Lock;
  readonly target: LockTarget;
  readonly scans: ReadonlyMap<string, FileScan>;
  readonly inputs: ReadonlyMap<string, ImageInputs>;
  readonly desired: ReadonlyMap<string, DesiredImage>;
  /**
   * What has to be locked before anything can be built; absent when the lock fits, as after
   * `write`.
   */
  readonly need?: LockNeed;
}

const NOTE = "image-inputs";

/** How many notes are read at a time. */
const parallelNotes = 8;

/** How many images' files are listed and read at a time. */
const parallelScans = 8;

/**
 * Names to exact packages, files to digests, both to fingerprints. Writes the lock where it lacked
 * something, unless told otherwise. `onStale` is called with the name of each image that seems to
 * be other than when it was made last, as soon as that is seen.
 */
export async function prepareImages(
  context: RunContext,
  lockUse: LockUse = "write",
  onStale: (image: string) => void = () => undefined,
): Promise<PreparedImages> {
  const { stack, store } = context;
  const notes: Promise<void>[] = [];
  const afterwards = (work: Promise<void>): void => {
    work.catch(() => undefined);
    notes.push(work);
  };
  const [{ lock, target, need }, scans, contexts] = await together(context.signal, (signal) => {
    const opening = needsLock(stack)
      ? openMoving({ ...context, signal }, lockUse)
      : Promise.resolve(withoutPackages(context));
    // Packages that have to be locked first may take a while.
    const onNew = (image: string): void =>
      void opening.then(
        () => onStale(image),
        () => undefined,
      );
    return [opening, scanAll(stack, store, { onNew, afterwards }), digestContexts(context)];
  });
  const inputs = fingerprintImages({ stack, target, scans, contexts });
  const desire = limit(
    parallelNotes,
    async (
      name: string,
      current: ImageInputs,
    ): Promise<readonly (readonly [string, DesiredImage])[]> => {
      const image = stack.images.get(name);
      if (image === undefined) return [];
      const change = await changeOf(context, name, current);
      if (change !== undefined) onStale(name);
      const { reference } = image;
      const { fingerprint } = current;
      const runLayers = runLayersOf(stack, target, image);
      return [
        [
          name,
          {
            reference,
            fingerprint,
            ...(change === undefined ? {} : { change }),
            ...(runLayers.length === 0 ? {} : { runLayers }),
          },
        ],
      ];
    },
  );
  const desires = await Promise.all([...inputs].map(([name, current]) => desire(name, current)));
  const desired = new Map(desires.flat());
  await Promise.all(notes);
  if (need === undefined) return { lock, target, scans, inputs, desired };
  return { lock, target, scans, inputs, desired: withUndecided(stack, desired, need), need };
}

/** As the lock names them for an image and what it stands on. */
function runLayersOf(stack: Stack, target: LockTarget, image: Image): readonly Digest[] {
  if (image.type !== "assembled") return [];
  const own = target.images.get(image.name)?.runLayer;
  const parent = stack.images.get(image.parent ?? "");
  const below = parent === undefined ? [] : runLayersOf(stack, target, parent);
  return own === undefined ? below : [...below, own];
}

/**
 * The lock; where it may be written, with those packages moved that are on no mirror any more and
 * that no index lists. Which images are stale is told by the lock, so that this has to be known
 * before anything is planned.
 */
async function openMoving(context: RunContext, lockUse: LockUse): Promise<ForeseenLock> {
  try {
    return await openLock(context, lockUse);
  } catch (error) {
    const mayMove = lockUse === "write" && context.lockMode === "use";
    if (!(error instanceof VanishedError) || !mayMove) throw error;
    // Loaded here: it hardly ever happens.
    const { moveVanished } = await import("./move-vanished.ts");
    return foreseeLock(context.stack, await moveVanished(context, error.files));
  }
}

/**
 * An image whose packages are not decided has no fingerprint yet; it gets one that no image bears,
 * so that it counts as stale.
 */
function withUndecided(
  stack: Stack,
  desired: ReadonlyMap<string, DesiredImage>,
  need: LockNeed,
): ReadonlyMap<string, DesiredImage> {
  const names = undecidedImages(stack, need);
  const own = new Map(need.images.map((image) => [image.name, image]));
  return new Map(
    [...desired].map(([name, image]) => {
      if (!names.has(name)) return [name, image];
      const { changes } = own.get(name) ?? {
        changes: ["stands on an image that has to be locked"],
      };
      const change = changes.length > 0 ? changes.join(", ") : "its packages are not locked yet";
      const fingerprint = digestOf({ undecided: image.fingerprint });
      return [name, { reference: image.reference, fingerprint, change }];
    }),
  );
}

/**
 * What differs from when the image was last made; undefined when nothing does, or nobody remembers.
 */
async function changeOf(
  { stack, store }: Pick<RunContext, "stack" | "store">,
  image: string,
  current: ImageInputs,
): Promise<string | undefined> {
  const key = noteKey(stack, image);
  const note = await store.readNote(NOTE, key);
  if (!isInputsNote(note) || note.fingerprint === current.fingerprint) return undefined;
  // Two processes may have written one of the notes each.
  const files = await recallFiles(store, key, note.fingerprint);
  if (files === undefined) return undefined;
  const previous = {
    ...note,
    packages: new Map(note.packages),
    artifacts: new Map(note.artifacts),
    wheels: new Map(note.wheels),
    files,
  };
  return explainChange(previous, current);
}

/** Remember what an image was made from, so that the next change can be named. */
export async function rememberInputs(
  { stack, store }: Pick<RunContext, "stack" | "store">,
  image: string,
  { fingerprint, parent, packages, artifacts, wheels, files, settings }: ImageInputs,
): Promise<void> {
  const key = noteKey(stack, image);
  await rememberFiles(store, key, { fingerprint, files });
  await store.writeNote(NOTE, key, {
    fingerprint,
    parent,
    settings,
    packages: [...packages],
    artifacts: [...(artifacts ?? [])],
    wheels: [...(wheels ?? [])],
  } satisfies InputsNote);
}

/** A stack of Dockerfiles, or of files alone, has nothing to pin and asks no mirror. */
function needsLock(stack: Stack): boolean {
  return assembledImages(stack).some(
    ({ packages, essential, artifacts, wheels }) =>
      essential || packages.length + artifacts.length > 0 || wheels !== undefined,
  );
}

function withoutPackages({ stack, lock }: RunContext): ForeseenLock {
  const { os, architecture } = stack;
  const inputs = packageInputs(stack);
  const target = { os, architecture, inputs, repositories: [], images: new Map() };
  return { lock: lock ?? { version: 2, targets: new Map() }, target };
}

async function scanAll(
  stack: Stack,
  store: Store,
  listener: Pick<ScanListener, "afterwards"> & { readonly onNew: (image: string) => void },
): Promise<ReadonlyMap<string, FileScan>> {
  // Each has some files open at a time, and a process may have 256.
  const scan = limit(parallelScans, scanFiles);
  const scans = await Promise.all(
    assembledImages(stack).map(
      async (image) =>
        [
          image.name,
          await scan(image, store, { ...listener, onNew: () => listener.onNew(image.name) }),
        ] as const,
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
      import("../../build-context/scan.ts"),
      import("../../build-context/digest.ts"),
    ]);
    const { digest } = await digestContext(await scanContext(image, context.stack.directory), {
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

interface InputsNote extends Omit<ImageInputs, "packages" | "artifacts" | "wheels" | "files"> {
  readonly packages: readonly (readonly [string, string])[];
  /** Absent in notes from before there were artifacts. */
  readonly artifacts?: readonly (readonly [string, string])[];
  /** Absent in notes from before there were wheels. */
  readonly wheels?: readonly (readonly [string, string])[];
}

/** The notes are the store's own; their shape alone is looked at. */
function isInputsNote(note: unknown): note is InputsNote {
  return (
    typeof note === "object" && note !== null && "packages" in note && Array.isArray(note.packages)
  );
}
