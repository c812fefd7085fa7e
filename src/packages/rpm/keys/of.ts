import { type OsName, operatingSystems } from "../../../os.ts";
import type { PinnedKey } from "../../proof/pinned-key.ts";
import { oracleLinux9Keys } from "./oracle.ts";

/** By release; systems of other families have none here. */
const keysOfRelease: ReadonlyMap<string, readonly PinnedKey[]> = new Map([
  ["oraclelinux-9", oracleLinux9Keys],
]);

/** The keys that sign an OS's packages. */
export function keysOf(os: OsName): readonly PinnedKey[] {
  return operatingSystems[os].keysOf.flatMap((release) => keysOfRelease.get(release) ?? []);
}
