import { spawnSync } from "node:child_process";
import { temporaryFolder } from "./temporary-store.ts";

/** How much a small disk holds. */
export const smallDiskBytes = 256 * 1024;

/** A file system of 256 KiB in memory. */
export async function mountSmallDisk(): Promise<{ readonly path: string } & AsyncDisposable> {
  const folder = await temporaryFolder();
  const options = ["-t", "tmpfs", "-o", `size=${smallDiskBytes}`, "tmpfs", folder.path];
  const { status, stderr } = spawnSync("mount", options, { encoding: "utf8" });
  if (status !== 0) {
    await folder[Symbol.asyncDispose]();
    throw new Error(`mount: ${stderr}`);
  }
  return {
    path: folder.path,
    [Symbol.asyncDispose]: async () => {
      spawnSync("umount", ["--lazy", folder.path]);
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Root may mount, but not in a container. */
export async function canMountDisks(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  try {
    await using _disk = await mountSmallDisk();
    return true;
  } catch {
    return false;
  }
}
