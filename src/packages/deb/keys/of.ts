import type { PinnedKey } from "../../proof/pinned-key.ts";
import type { OsName } from "../../../os.ts";
import { debian12Keys, debian13Keys } from "./debian.ts";

/** The keys that sign an OS's repositories. */
export function keysOf(os: OsName): readonly PinnedKey[] {
  // Debian signs a stable release with its own keys and, near a new release, with the next one's.
  return os === "debian-13"
    ? [...debian13Keys, ...debian12Keys]
    : [...debian12Keys, ...debian13Keys];
}
