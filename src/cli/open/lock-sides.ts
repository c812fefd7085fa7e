import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Diagnostic } from "../../diagnostic.ts";
import { QclockError } from "../../error.ts";
import { readLockText } from "../../packages/lock/note.ts";
import type { Lock } from "../../packages/package.ts";
import { ok, type Result } from "../../result.ts";
import type { Store } from "../../store/store.ts";
import { readAtRevision } from "./git-file.ts";
import { readLock } from "./lock-file.ts";
import { displayPath } from "./manifest-file.ts";
import type { Session } from "./session.ts";

/** The two locks of a comparison, each with what it is called. */
export interface LockSides {
  readonly from: LockSide;
  readonly to: LockSide;
}

export interface LockSide {
  readonly name: string;
  readonly lock: Lock;
}

/**
 * Read the lock beside the manifest, and what it is compared with: a revision's, or that of another
 * file. A lock that cannot be understood is a list of problems with their places.
 *
 * Throws `usage` for a revision or file that is not there, `lock-outdated` when there is no lock on
 * disk.
 */
export async function readSides(
  { host, signal }: Pick<Session, "host" | "signal">,
  request: {
    readonly lockPath: string;
    readonly revision: string;
    readonly against: string | undefined;
    readonly store: Store;
  },
): Promise<Result<LockSides, readonly Diagnostic[]>> {
  const { lockPath, revision, against, store } = request;
  const name = displayPath(lockPath, host.workingDirectory);
  const to = await readLock(lockPath, name, store);
  if (!to.ok) return to;
  if (to.value === undefined) {
    throw new QclockError("lock-outdated", `There is no ${name}.`, {
      hint: "Make it with `qclock lock`.",
    });
  }
  const former =
    against === undefined
      ? {
          name: `${revision}:${path.basename(lockPath)}`,
          text: await readAtRevision({ file: lockPath, revision, signal }),
        }
      : {
          name: against,
          text: await readNamed(path.resolve(host.workingDirectory, against), against),
        };
  const from = await readLockText(former.text, former.name, store);
  if (!from.ok) return from;
  return ok({ from: { name: former.name, lock: from.value }, to: { name, lock: to.value } });
}

async function readNamed(file: string, name: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new QclockError("usage", `${name} cannot be read.`, {
      cause: error,
      hint: "--against takes the path of another stack.lock.yaml.",
    });
  }
}
