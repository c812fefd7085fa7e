import { QclockError } from "../../error.ts";
import { invalid, LOCK_NAME } from "../../image/bundle/document.ts";
import { formatLock, parseLock } from "../../packages/lock/file.ts";
import type { Lock, LockTarget } from "../../packages/package.ts";

/** The `stack.lock.yaml` that a bundle's lock goes to. */
export interface LockFile {
  /** For messages. */
  readonly name: string;
  /** Undefined when there is none. Throws `lock-invalid`. */
  read(): Promise<Lock | undefined>;
  write(lock: Lock): Promise<void>;
  /** Keep what is there beside it; resolves with the copy's name. */
  keepCopy(): Promise<string>;
}

/** What became of the lock here. */
export interface LockOutcome {
  readonly outcome: "written" | "unchanged" | "replaced";
  /** Where the one that was replaced is kept. */
  readonly copy?: string;
}

/** A lock is some thousand lines, and is held in memory. */
const LARGEST_LOCK_BYTES = 64 * 1024 * 1024;

/**
 * Read the lock of the bundle `name`. Throws `bundle-invalid` for one that this qclock cannot read.
 */
export async function readBundledLock(
  content: AsyncIterable<Uint8Array>,
  name: string,
): Promise<Lock> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of content) {
    size += piece.length;
    if (size > LARGEST_LOCK_BYTES) throw invalid(name, "its lock is too large");
    pieces.push(Uint8Array.from(piece));
  }
  const parsed = parseLock(new TextDecoder().decode(Buffer.concat(pieces)), LOCK_NAME);
  if (parsed.ok) return parsed.value;
  const [problem] = parsed.error;
  const reason = (problem?.message ?? "").replace(/\.$/, "");
  throw invalid(name, `its lock cannot be read: ${reason}`, problem?.hint);
}

/** Throws `would-lose-data` when another lock is here, unless it may be replaced. */
export function refuseOtherLock(
  here: Lock | undefined,
  bundled: Lock,
  { file, force }: { readonly file: string; readonly force: boolean },
): void {
  if (here === undefined || force || isSameLock(here, bundled)) return;
  throw new QclockError(
    "would-lose-data",
    `${file} is here and is another lock than the bundle's.`,
    {
      hint: "See which of the two is right. --force puts the bundle's in its place and keeps a copy of this one.",
    },
  );
}

/** Put the bundle's lock into its place. One that says the same stays as it is. */
export async function putLock(
  file: LockFile,
  here: Lock | undefined,
  bundled: Lock,
): Promise<LockOutcome> {
  if (here !== undefined && isSameLock(here, bundled)) return { outcome: "unchanged" };
  const copy = here === undefined ? undefined : await file.keepCopy();
  await file.write(bundled);
  return copy === undefined ? { outcome: "written" } : { outcome: "replaced", copy };
}

/**
 * Whether two locks pin the same. The digests of layers are written by the first build, so that
 * one of them may lack them; where both have one it must be the same.
 */
export function isSameLock(one: Lock, other: Lock): boolean {
  return formatLock(withLayersOf(one, other)) === formatLock(withLayersOf(other, one));
}

function withLayersOf(lock: Lock, other: Lock): Lock {
  const fill = ([key, target]: readonly [string, LockTarget]): readonly [string, LockTarget] => [
    key,
    {
      ...target,
      images: new Map(
        [...target.images].map(([name, image]) => {
          const there = other.targets.get(key)?.images.get(name);
          const { packagesLayer = there?.packagesLayer, runLayer = there?.runLayer } = image;
          return [
            name,
            {
              ...image,
              ...(packagesLayer === undefined ? {} : { packagesLayer }),
              ...(runLayer === undefined ? {} : { runLayer }),
            },
          ];
        }),
      ),
    },
  ];
  return { ...lock, targets: new Map([...lock.targets].map(fill)) };
}
