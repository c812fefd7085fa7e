import { randomBytes } from "node:crypto";
import { rename, rm } from "node:fs/promises";
import path from "node:path";

/**
 * Put something at a place whole or not at all: `make` makes it beside the place, under a name that
 * no other run has, and then it takes the place of what is there. Whatever fails, nothing of it
 * stays, what was there before is still there, and the failure is passed on as it is.
 */
export async function putInPlace(
  place: string,
  make: (temporary: string) => Promise<void>,
): Promise<void> {
  // Not the place's name with something behind it, which may be too long for a file system.
  const own = `.qclock-${randomBytes(4).toString("hex")}.partial`;
  const temporary = path.join(path.dirname(place), own);
  try {
    await make(temporary);
    await rename(temporary, place);
  } catch (error) {
    // Where its folder has become a file this fails, too, and would hide the first failure.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}
