import { existsSync } from "node:fs";
import { cp, glob, mkdir } from "node:fs/promises";
import path from "node:path";

/** Folders with a manifest: the copy of the project's, and generated ones. */
export async function stackFolders(directory: string): Promise<readonly string[]> {
  const files = await Array.fromAsync(glob("*/stack.config.yaml", { cwd: directory }));
  return files.map((file) => path.join(directory, path.dirname(file)));
}

/** Copy the manifest, its lock and its files, so that a case may change them. */
export async function copyStack(root: string, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const name of ["stack.config.yaml", "stack.lock.yaml", "images"]) {
    await cp(path.join(root, name), path.join(directory, name), { recursive: true });
  }
}

/** Copy what lies over an image of Debian 12 into one folder, as a Dockerfile has it. */
export async function copyImageFiles(
  stackDirectory: string,
  image: string,
  target: string,
): Promise<void> {
  for (const name of ["rootfs", "rootfs.debian-12"]) {
    const source = path.join(stackDirectory, "images", image, name);
    if (existsSync(source)) await cp(source, target, { recursive: true });
  }
}
