import type { Digest } from "../../digest.ts";
import type { Store } from "../../store/store.ts";
import { readContents, readControl } from "../deb/look-into.ts";
import type { LockDiff } from "./diff.ts";
import type { LockedPackage } from "../package.ts";

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
  /** What the control file says, in steps of 1024; absent where it does not. */
  readonly installedBytes?: number;
}

/**
 * Look into the packages that a difference is about, as far as they are in the store; those that are not, or
 * cannot be read, are absent. Of a former version the payload is read only where the new one makes it matter.
 */
export async function readPayloads(
  diff: LockDiff,
  store: Pick<Store, "find" | "readNote" | "writeNote">,
  onProgress: (done: number, total: number) => void,
): Promise<ReadonlyMap<Digest, Payload>> {
  const images = diff.targets.flatMap((target) => target.images);
  const moved = images.flatMap((image) => image.moved);
  const now = [...images.flatMap((image) => image.added), ...moved.map(({ to }) => to)];
  const gone = images.flatMap((image) => image.removed);
  const total = now.length + moved.length + gone.length;
  const payloads = new Map<Digest, Payload>();
  let done = 0;
  const look = async ({ digest }: LockedPackage, withFiles: boolean): Promise<void> => {
    const known = payloads.get(digest);
    if (known === undefined || (withFiles && known.setuid === undefined)) {
      const payload = await recallPayload(digest, withFiles, store);
      if (payload !== undefined) payloads.set(digest, payload);
    }
    onProgress(++done, total);
  };
  for (const entry of now) await look(entry, true);
  for (const { from, to } of moved) {
    await look(from, (payloads.get(to.digest)?.setuid ?? []).length > 0);
  }
  for (const entry of gone) await look(entry, false);
  return payloads;
}

const NOTE = "payload";

/** A payload never changes under its digest, and reading it means decompressing all of it: it is read once. */
async function recallPayload(
  digest: Digest,
  withFiles: boolean,
  store: Pick<Store, "find" | "readNote" | "writeNote">,
): Promise<Payload | undefined> {
  const note = await store.readNote(NOTE, digest);
  if (isPayload(note)) return note;
  const file = await store.find(digest);
  const payload = file === undefined ? undefined : await readPayload(file, withFiles);
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
async function readPayload(file: string, withFiles: boolean): Promise<Payload | undefined> {
  try {
    if (!withFiles) return { ...installedSize(await readControl(file)) };
    const { control, entries } = await readContents(file);
    const setuid = entries
      .filter(({ type, mode }) => (type === "file" || type === "hardlink") && (mode & 0o6000) !== 0)
      .map(({ path, mode, uid, gid }) => ({ path: `/${path}`, mode, uid, gid }))
      .toSorted((a, b) => (a.path < b.path ? -1 : 1));
    return { setuid, ...installedSize(control) };
  } catch {
    return undefined;
  }
}

function installedSize(control: ReadonlyMap<string, string>): Pick<Payload, "installedBytes"> {
  const kibibytes = Number(control.get("Installed-Size") ?? Number.NaN);
  return Number.isSafeInteger(kibibytes) ? { installedBytes: kibibytes * 1024 } : {};
}
