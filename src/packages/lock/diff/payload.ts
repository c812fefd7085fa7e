import { byPath } from "../../../order.ts";
import type { Digest } from "../../../digest.ts";
import type { Store } from "../../../store/store.ts";
import { loadFamily } from "../../families.ts";
import type { Family } from "../../family.ts";
import type { LockDiff, TargetDiff } from "./lock-diff.ts";
import type { LockedPackage } from "../../package.ts";

/** A file that runs with the rights of its owner or group, whoever starts it. */
export interface SetuidFile {
  /** Absolute. */
  readonly path: string;
  /** Permission bits, such as 0o4755. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** What a look into a package tells beyond the lock. */
export interface Payload {
  /** Sorted by path; absent where the payload was not of interest. */
  readonly setuid?: readonly SetuidFile[];
  /** What it takes when it is installed; absent where the package does not say. */
  readonly installedBytes?: number;
}

/**
 * Look into the packages that a difference is about, as far as they are in the store; those that
 * are not, or cannot be read, are absent. Of a former version the payload is read only where the
 * new one makes it matter.
 */
export async function readPayloads(
  diff: LockDiff,
  store: Pick<Store, "find" | "readNote" | "writeNote">,
  onProgress: (done: number, total: number) => void,
): Promise<ReadonlyMap<Digest, Payload>> {
  const payloads = new Map<Digest, Payload>();
  const total = diff.targets.reduce((sum, target) => sum + countOf(target), 0);
  let done = 0;
  for (const { os, images } of diff.targets) {
    const family = await loadFamily(os);
    const look = async ({ digest }: LockedPackage, withPaths: boolean): Promise<void> => {
      const known = payloads.get(digest);
      if (known === undefined || (withPaths && known.setuid === undefined)) {
        const payload = await recallPayload(digest, { family, withPaths, store });
        if (payload !== undefined) payloads.set(digest, payload);
      }
      onProgress(++done, total);
    };
    const moved = images.flatMap((image) => image.moved);
    for (const entry of images.flatMap((image) => image.added)) await look(entry, true);
    for (const { to } of moved) await look(to, true);
    for (const { from, to } of moved) {
      await look(from, (payloads.get(to.digest)?.setuid ?? []).length > 0);
    }
    for (const entry of images.flatMap((image) => image.removed)) await look(entry, false);
  }
  return payloads;
}

/** How many packages of a target are looked into. */
function countOf({ images }: TargetDiff): number {
  return images.reduce(
    (sum, { added, moved, removed }) => sum + added.length + 2 * moved.length + removed.length,
    0,
  );
}

const NOTE = "payload";

interface Look {
  readonly family: Family;
  readonly withPaths: boolean;
  readonly store: Pick<Store, "find" | "readNote" | "writeNote">;
}

/**
 * A payload never changes under its digest, and reading it means decompressing all of it: it is
 * read once.
 */
async function recallPayload(digest: Digest, look: Look): Promise<Payload | undefined> {
  const { store } = look;
  const note = await store.readNote(NOTE, digest);
  if (isPayload(note)) return note;
  const file = await store.find(digest);
  const payload = file === undefined ? undefined : await readPayload(file, look);
  if (payload?.setuid !== undefined) await store.writeNote(NOTE, digest, payload);
  return payload;
}

/** The store's own note; one that was cut short does not parse. */
function isPayload(note: unknown): note is Payload {
  return (
    typeof note === "object" && note !== null && "setuid" in note && Array.isArray(note.setuid)
  );
}

/** Undefined for a file that is damaged or is no package: that is not this reader's to report. */
async function readPayload(
  file: string,
  { family, withPaths }: Look,
): Promise<Payload | undefined> {
  try {
    const { installedBytes, paths } = await family.readFacts(file, { withPaths });
    const setuid = paths
      ?.filter(
        ({ type, mode }) => (type === "file" || type === "hardlink") && (mode & 0o6000) !== 0,
      )
      .map(({ path, mode, uid, gid }) => ({ path: `/${path}`, mode, uid, gid }))
      .toSorted(byPath);
    return {
      ...(setuid === undefined ? {} : { setuid }),
      ...(installedBytes === undefined ? {} : { installedBytes }),
    };
  } catch {
    return undefined;
  }
}
