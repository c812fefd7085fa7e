import { QclockError } from "../../error.ts";
import { visible } from "../../visible.ts";

/** A failure of the file system in words; anything else is passed on. */
export function toPlaceError(error: unknown, file: string): unknown {
  if (error instanceof QclockError || !(error instanceof Error) || !("code" in error)) return error;
  const isFull = error.code === "ENOSPC" || error.code === "EDQUOT";
  return new QclockError(
    isFull ? "disk-full" : "usage",
    `${visible(file)} cannot be written${error.code === "EROFS" ? ": its file system can only be read" : ""}.`,
    {
      cause: error,
      hint: isFull
        ? "Free some space, or name a place on another disk. Nothing half-written was kept."
        : "Name a place in a folder that is there and that you may write to. Nothing half-written was kept.",
    },
  );
}
