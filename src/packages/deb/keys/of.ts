import type { PinnedKey } from "../../proof/pinned-key.ts";
import { type OsName, operatingSystems } from "../../../os.ts";
import { debian12Keys, debian13Keys } from "./debian.ts";

/** By release; systems of other families have none here. */
const keysOfRelease: ReadonlyMap<string, readonly PinnedKey[]> = new Map([
  ["debian-12", debian12Keys],
  ["debian-13", debian13Keys],
]);

/** The keys that sign an OS's repositories. */
export function keysOf(os: OsName): readonly PinnedKey[] {
  return operatingSystems[os].keysOf.flatMap((release) => keysOfRelease.get(release) ?? []);
}
