import { QclockError } from "../../error.ts";

/** What is wrong with a wheel, as a clause. */
export function corruptWheel(file: string, reason: string, cause?: unknown): QclockError {
  return new QclockError("wheel-corrupt", `${file} cannot be used: ${reason}.`, {
    cause,
    hint: "Its hash is as the requirements file says. Take another version, and tell its authors.",
  });
}
