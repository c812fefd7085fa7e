import path from "node:path";
import { QclockError } from "../../error.ts";
import type { LoadContext } from "../../run/bundle/load.ts";
import type { LockFile } from "../../run/bundle/lock.ts";
import { openStore } from "../../store/disk-store.ts";
import type { Store } from "../../store/store.ts";
import { keepCopy } from "../../store/whole-file.ts";
import { engineOf, storeDirectory } from "./context.ts";
import { readLock, writeLock } from "./lock-file.ts";
import { displayPath, findManifest, lockPathOf, manifestName } from "./manifest-file.ts";
import type { Session } from "./session.ts";
import { version } from "../process/version.ts";

/**
 * Carry an action out on the store, the lock of this folder and, when it is asked for, the Engine;
 * no manifest need be here.
 */
export async function withLoadContext(
  session: Session,
  use: (context: LoadContext) => Promise<number>,
): Promise<number> {
  const { host, settings, emit, clock, signal, runId } = session;
  const store = await openStore(storeDirectory(session));
  await using connection = engineOf(session);
  return await use({
    store,
    directory: host.workingDirectory,
    lockFile: async (manifest) => lockFileAt(await lockPath(session, manifest), session, store),
    engine: connection.engine,
    emit,
    clock,
    signal,
    runId,
    version,
    holdTimeoutMs: settings.lockTimeout,
    holder: { host: host.hostName, pid: host.pid, user: host.userName, command: "bundle load" },
  });
}

/**
 * Beside the manifest that comes with the bundle, else beside the one that is here, else in this
 * folder.
 */
async function lockPath(
  { host, settings }: Session,
  manifest: string | undefined,
): Promise<string> {
  const { workingDirectory } = host;
  if (manifest !== undefined) return lockPathOf(path.join(workingDirectory, manifest));
  try {
    return lockPathOf((await findManifest({ named: settings.file, workingDirectory })).path);
  } catch (error) {
    const isAbsent = error instanceof QclockError && error.code === "manifest-not-found";
    if (!isAbsent || settings.file.length > 0) throw error;
    return lockPathOf(path.join(workingDirectory, manifestName));
  }
}

function lockFileAt(file: string, { host }: Session, store: Store): LockFile {
  const name = displayPath(file, host.workingDirectory);
  return {
    name,
    async read() {
      const lock = await readLock(file, name, store);
      if (lock.ok) return lock.value;
      const [problem] = lock.error;
      throw new QclockError("lock-invalid", `${name}: ${problem?.message ?? "it is damaged"}`, {
        hint: problem?.hint,
      });
    },
    write: (lock) => writeLock(file, lock),
    keepCopy: async () => displayPath(await keepCopy(file), host.workingDirectory),
  };
}
