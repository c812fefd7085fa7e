import { isSameVersion } from "../../python/version.ts";
import { parseWheelName } from "../../python/wheel-name.ts";
import type { LockedWheel } from "../package.ts";

/** Whether the name of a locked wheel's file is one of that project and version. */
export function isNamedFor({ name, version, file }: LockedWheel): boolean {
  const parsed = parseWheelName(file);
  return parsed?.name === name && isSameVersion(parsed.version, version);
}
