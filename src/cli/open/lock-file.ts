import { readFile, stat, writeFile } from "node:fs/promises";
import type { Diagnostic } from "../../diagnostic.ts";
import { QclockError } from "../../error.ts";
import { readLockText } from "../../packages/lock/note.ts";
import type { Lock } from "../../packages/package.ts";
import { ok, type Result } from "../../result.ts";
import { UNSIGNED_FLAG } from "../../packages/proof/unproved.ts";
import { putInPlace } from "../../store/put-in-place.ts";
import type { Store } from "../../store/store.ts";

/** How the lock is used: `--locked` forbids any change of it. */
export function lockModeOf(options: { readonly locked?: boolean }): "use" | "locked" {
  return options.locked === true ? "locked" : "use";
}

/**
 * The option that takes packages which nothing proves, the same in each command that unpacks any.
 */
export const allowUnsignedOption = [
  UNSIGNED_FLAG,
  "take packages that nothing proves, and mark them in the lock",
] as const;

/** Read the lock beside the manifest; undefined when there is none. */
export async function readLock(
  file: string,
  display: string,
  store: Store,
): Promise<Result<Lock | undefined, readonly Diagnostic[]>> {
  let text: string;
  try {
    // A pipe would be waited for, and nothing could call that off.
    if (!(await stat(file)).isFile()) throw new Error("it is not a file");
    text = await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return ok(undefined);
    throw new QclockError("lock-invalid", `The lock ${display} cannot be read.`, { cause: error });
  }
  return readLockText(text, display, store);
}

/** Write the lock whole or not at all: beside its place first, then renamed into it. */
export async function writeLock(file: string, lock: Lock): Promise<void> {
  const { formatLock } = await import("../../packages/lock/file.ts");
  const text = formatLock(lock);
  try {
    await putInPlace(file, (temporary) => writeFile(temporary, text, { flush: true }));
  } catch (error) {
    const full = error instanceof Error && "code" in error && error.code === "ENOSPC";
    throw new QclockError(
      full ? "disk-full" : "lock-invalid",
      `The lock ${file} cannot be written.`,
      { cause: error },
    );
  }
}
