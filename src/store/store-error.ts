import path from "node:path";
import { QclockError } from "../error.ts";

/**
 * What to throw for an error of the file system below the store's folder: `disk-full` or
 * `store-unusable`, with the folder and what to do. An error that is not the system's, or that
 * names a file elsewhere, passes through.
 */
export function toStoreError(error: unknown, directory: string): unknown {
  if (!(error instanceof Error) || error instanceof QclockError) return error;
  const code = "code" in error ? String(error.code) : "";
  const place = placeOf(error);
  if (!SYSTEM_CODE.test(code) || (place !== undefined && !isBelow(place, directory))) return error;
  const isMaking = "syscall" in error && error.syscall === "mkdir";
  const { message, hint } = describe(code, { directory, place: place ?? directory, isMaking });
  const kind = code === "ENOSPC" || code === "EDQUOT" ? "disk-full" : "store-unusable";
  return new QclockError(kind, message, { cause: error, hint });
}

/** Whether an error of the file system is about a file of the store. */
export function concernsStore(error: unknown, directory: string): boolean {
  if (!(error instanceof Error) || !("code" in error)) return false;
  const place = placeOf(error);
  return place !== undefined && SYSTEM_CODE.test(String(error.code)) && isBelow(place, directory);
}

/** The file that the system's error names; of a rename where it should have led. */
function placeOf(error: Error): string | undefined {
  if ("dest" in error && typeof error.dest === "string") return error.dest;
  return "path" in error && typeof error.path === "string" ? error.path : undefined;
}

/** `ENOSPC`, and not `ERR_STREAM_DESTROYED` or `Z_DATA_ERROR`. */
const SYSTEM_CODE = /^E(?!RR_)[A-Z0-9]+$/;

function describe(
  code: string,
  at: { readonly directory: string; readonly place: string; readonly isMaking: boolean },
): { readonly message: string; readonly hint: string } {
  const { directory, place } = at;
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return {
        message: `No space is left for the store in ${directory}.`,
        hint: "Free some space, or put the store elsewhere with QCLOCK_STORE. Nothing half-written was kept.",
      };
    case "ENOENT":
      if (at.isMaking) break;
      return {
        message: `Something was removed from the store in ${directory} while it was in use.`,
        hint: "Run the command again: what is missing is fetched or made again.",
      };
    case "EEXIST":
    case "EISDIR":
    case "ENOTDIR":
    case "ENOTEMPTY":
    case "ELOOP":
      return {
        message: `The store in ${directory} cannot be used: ${place} is in the way, and not the kind of file that belongs there (${code}).`,
        hint: "Remove it, or name another folder with QCLOCK_STORE. The store may be deleted at any time; it only saves downloads.",
      };
    case "EMFILE":
    case "ENFILE":
      return {
        message: `The store in ${directory} cannot be read: too many files are open (${code}).`,
        hint: "Raise the limit (`ulimit -n 1024`), or run with fewer --jobs.",
      };
    default:
      if (!["EACCES", "EPERM", "EROFS"].includes(code))
        return {
          message: `The store in ${directory} cannot be read or written (${code}).`,
          hint: "Have the disk checked, or name another folder with QCLOCK_STORE.",
        };
  }
  return {
    message: `The store in ${directory} cannot be written.`,
    hint: "Make the folder writable, or name another one with QCLOCK_STORE.",
  };
}

function isBelow(file: string, directory: string): boolean {
  const relative = path.relative(directory, file);
  // A folder above it that cannot be made is the store's concern as well.
  return !relative.startsWith("..") || !path.relative(file, directory).startsWith("..");
}
