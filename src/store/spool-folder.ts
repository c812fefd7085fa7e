import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import path from "node:path";
import { makePrivateFolder } from "./private-folder.ts";
import type { Store } from "./store.ts";

/** A folder of the store for what archives are unpacked to, removed at the end of its scope. */
export async function makeSpoolFolder(
  store: Pick<Store, "directory">,
  kind: string,
): Promise<{ readonly path: string } & AsyncDisposable> {
  const folder = path.join(store.directory, "tmp", `${kind}-${randomUUID()}`);
  await makePrivateFolder(folder);
  return {
    path: folder,
    // What cannot be removed now is removed a day later by whoever opens the store.
    [Symbol.asyncDispose]: () =>
      rm(folder, { recursive: true, force: true }).catch(() => undefined),
  };
}
