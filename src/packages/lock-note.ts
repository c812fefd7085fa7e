import { createHash } from "node:crypto";
import type { Diagnostic } from "../diagnostic.ts";
import { ok, type Result } from "../result.ts";
import type { Store } from "../store/store.ts";
import type { Lock, LockedRepository, LockTarget } from "./package.ts";

const NOTE = "lock";

/** A lock as JSON: its maps as lists of entries. */
interface LockNote {
  readonly targets: readonly (readonly [string, TargetNote])[];
}

type TargetNote = Omit<LockTarget, "images" | "repositories"> & {
  readonly images: readonly (readonly [
    string,
    NonNullable<ReturnType<LockTarget["images"]["get"]>>,
  ])[];
  readonly repositories: readonly (Omit<LockedRepository, "indexDigests"> & {
    readonly indexDigests: readonly (readonly [string, `sha256:${string}`])[];
  })[];
};

/**
 * Parse a lock, or take it from the store's note about a text with the same digest: thousands of lines of
 * YAML with their schema cost several times as much as everything else that a build with nothing to do does.
 */
export async function readLockText(
  text: string,
  file: string,
  store: Store,
): Promise<Result<Lock, readonly Diagnostic[]>> {
  const key = createHash("sha256").update(text).digest("hex");
  const note = await store.readNote(NOTE, key);
  if (isLockNote(note)) return ok(fromNote(note));
  const { parseLock } = await import("./lock.ts");
  const parsed = parseLock(text, file);
  if (parsed.ok) await store.writeNote(NOTE, key, toNote(parsed.value));
  return parsed;
}

function toNote({ targets }: Lock): LockNote {
  return {
    targets: [...targets].map(([name, target]) => [
      name,
      {
        ...target,
        images: [...target.images],
        repositories: target.repositories.map((repository) => ({
          ...repository,
          indexDigests: [...repository.indexDigests],
        })),
      },
    ]),
  };
}

function fromNote({ targets }: LockNote): Lock {
  return {
    version: 1,
    targets: new Map(
      targets.map(([name, target]) => [
        name,
        {
          ...target,
          images: new Map(target.images),
          repositories: target.repositories.map((repository) => ({
            ...repository,
            indexDigests: new Map(repository.indexDigests),
          })),
        },
      ]),
    ),
  };
}

/** The store's own note, written from a lock that was checked; one that was cut short does not parse. */
function isLockNote(note: unknown): note is LockNote {
  return (
    typeof note === "object" && note !== null && "targets" in note && Array.isArray(note.targets)
  );
}
