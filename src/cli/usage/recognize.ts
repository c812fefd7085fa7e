import { QclockError } from "../../error.ts";
import { concernsStore, toStoreError } from "../../store/store-error.ts";

/**
 * The failure of the world that an error is; undefined for a bug. The store may be removed or
 * broken under a run at any moment, and is read in many places: what the system says of its files
 * is told in one place, here. Of an error that kept another one from being told, when something was
 * given back at the end of a scope, the first one counts: the second is its consequence.
 */
export function recognize(error: unknown, storeDirectory: string): QclockError | undefined {
  if (error instanceof QclockError) return error;
  if (error instanceof Error && error.name === "SuppressedError" && "suppressed" in error) {
    const [first, second] = [error.suppressed, "error" in error ? error.error : undefined].map(
      (each) => recognize(each, storeDirectory),
    );
    // One that nobody knows is a bug, and must not hide behind the other.
    return second === undefined ? undefined : first;
  }
  if (!concernsStore(error, storeDirectory)) return undefined;
  const known = toStoreError(error, storeDirectory);
  return known instanceof QclockError ? known : undefined;
}
