import { chmod, mkdir, stat } from "node:fs/promises";
import path from "node:path";

/**
 * Mode of every folder of the store, and of what is made above it: nobody but the owner looks in or
 * changes anything.
 */
const FOLDER_MODE = 0o700;

/**
 * Make a folder and what is missing above it, with mode 0700 whatever the umask. A folder that is
 * there is left as it is. Rejects with the system's error.
 *
 * Not `mkdir(…, { recursive: true })`: where the system answers ENOENT although the folder above is
 * there, as below /proc, Node tries again for ever and the process cannot be ended by a signal.
 */
export async function makePrivateFolder(folder: string): Promise<void> {
  try {
    await makeOne(folder);
  } catch (error) {
    const above = path.dirname(folder);
    if (codeOf(error) !== "ENOENT" || above === folder) throw error;
    await makePrivateFolder(above);
    await makeOne(folder);
  }
}

async function makeOne(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: FOLDER_MODE });
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    // A file in the way, or a link that leads nowhere or to itself.
    if ((await stat(folder)).isDirectory()) return;
    throw error;
  }
  await chmod(folder, FOLDER_MODE);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
