import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "../../src/store/disk-store.ts";
import type { Store } from "../../src/store/store.ts";

/** A folder that is removed at the end of its scope. */
export async function temporaryFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "qclock-test-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** A store in a folder that is removed at the end of its scope. */
export async function temporaryStore(): Promise<{ readonly store: Store } & AsyncDisposable> {
  const folder = await temporaryFolder();
  return {
    store: await openStore(join(folder.path, "store")),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
