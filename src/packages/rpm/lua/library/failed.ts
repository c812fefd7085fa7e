import { RootError, type RootErrorCode } from "../../../scripts/root.ts";
import type { LuaValue } from "../value.ts";

/** Numbers of the kernel's errors. Source: Linux, asm-generic/errno-base.h and errno.h. */
const NUMBERS: Readonly<Record<RootErrorCode, number>> = {
  EPERM: 1,
  ENOENT: 2,
  EBUSY: 16,
  EEXIST: 17,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENAMETOOLONG: 36,
  ENOTEMPTY: 39,
  ELOOP: 40,
};

/**
 * What `io`, `os` and `posix` give where the kernel refuses: nil, why, and its number. Functions
 * of two paths name none of them.
 */
export function orFailed(
  path: string | undefined,
  work: () => readonly LuaValue[],
): readonly LuaValue[] {
  try {
    return work();
  } catch (error) {
    if (error instanceof RootError)
      return [
        undefined,
        path === undefined ? error.message : `${path}: ${error.message}`,
        NUMBERS[error.code],
      ];
    throw error;
  }
}
