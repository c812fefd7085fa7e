import path from "node:path";
import { QclockError } from "../../error.ts";
import type { PinnedKey } from "../../packages/proof/pinned-key.ts";
import type { Stack } from "../../stack/stack.ts";
import type { Session } from "./session.ts";

/**
 * The keys that may sign a stack's packages: those that ship with qclock, and those of files that
 * the manifest names. Throws `manifest-invalid`, and what reading a file throws.
 */
export async function readPackageKeys(
  { os, directory }: Pick<Stack, "os" | "directory">,
  files: readonly string[],
): Promise<readonly PinnedKey[]> {
  const { loadFamily } = await import("../../packages/families.ts");
  const { readKeys } = await import("../../packages/proof/read-keys.ts");
  const { readInProject } = await import("../../project/open.ts");
  const family = await loadFamily(os);
  const keys = [...(await family.keysOf(os))];
  for (const file of files) {
    const content = await readInProject(directory, file);
    keys.push(
      ...(await readKeys((content ?? Buffer.alloc(0)).toString(), path.relative(directory, file))),
    );
  }
  return keys;
}

/**
 * The keys in files that the command line names. Throws `usage` for a file that is not there, and
 * `manifest-invalid` for one that holds no key.
 */
export async function readKeyFiles(
  { host }: Pick<Session, "host">,
  files: readonly string[],
): Promise<readonly PinnedKey[]> {
  const { readKeys } = await import("../../packages/proof/read-keys.ts");
  const { readWhole } = await import("../../project/open.ts");
  const keys: PinnedKey[] = [];
  for (const file of files) {
    const content = await readWhole(path.resolve(host.workingDirectory, file)).catch(
      (error: unknown) => {
        if (error instanceof QclockError) throw error;
        throw new QclockError("usage", `The file of keys ${file} cannot be read.`, {
          cause: error,
        });
      },
    );
    keys.push(...(await readKeys(content.toString(), file)));
  }
  return keys;
}
