import { type ImageFile, type ImageFiles, resolveFile } from "../images/image-files.ts";

/** What the Engine's runtime takes when an image sets no PATH. */
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * The file that a program's name leads to, found as the container's runtime does: by PATH unless it
 * has a slash.
 */
export function findProgram(
  files: ImageFiles,
  program: string,
  environment: readonly string[],
): ImageFile | undefined {
  if (program.includes("/")) return resolveFile(files, program);
  for (const folder of searchPath(environment)) {
    const found = resolveFile(files, `${folder}/${program}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The folders in which programs are found by name. */
export function searchPath(environment: readonly string[]): readonly string[] {
  const path =
    environment.find((line) => line.startsWith("PATH="))?.slice("PATH=".length) ?? defaultPath;
  return path.split(":");
}
