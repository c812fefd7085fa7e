import { createHash } from "node:crypto";
import type { Diagnostic } from "../../diagnostic.ts";
import { ok, type Result } from "../../result.ts";
import { fromPlain, toPlain } from "../../store/plain.ts";
import type { Store } from "../../store/store.ts";
import type { Lock } from "../package.ts";

const NOTE = "lock-3";

/**
 * Parse a lock, or take it from the store's note about a text with the same digest: thousands of
 * lines of YAML with their schema cost several times as much as everything else that a build with
 * nothing to do does.
 */
export async function readLockText(
  text: string,
  file: string,
  store: Store,
): Promise<Result<Lock, readonly Diagnostic[]>> {
  const key = createHash("sha256").update(text).digest("hex");
  const note = fromPlain(await store.readNote(NOTE, key));
  if (isLock(note)) return ok(note);
  const { parseLock } = await import("./file.ts");
  const parsed = parseLock(text, file);
  if (parsed.ok) await store.writeNote(NOTE, key, toPlain(parsed.value));
  return parsed;
}

/**
 * The store's own note, written from a lock that was checked; one that was cut short does not
 * parse.
 */
function isLock(note: unknown): note is Lock {
  return (
    typeof note === "object" && note !== null && "targets" in note && note.targets instanceof Map
  );
}
