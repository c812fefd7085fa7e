import { realpath, stat } from "node:fs/promises";
import path from "node:path";
import { QclockError } from "../../error.ts";

/** The name under which a manifest is looked for. */
export const manifestName = "stack.config.yaml";

/**
 * Find the manifest: the one that is named, else `stack.config.yaml` in the working directory or the
 * nearest folder above that has one. Its folder is the project and is given by its real path, so that
 * a path without links is inside the project or not.
 */
export async function findManifest(options: {
  readonly named: string | undefined;
  readonly workingDirectory: string;
}): Promise<string> {
  const { named, workingDirectory } = options;
  if (named !== undefined) {
    const file = path.resolve(workingDirectory, named);
    const found = await kindOf(file);
    if (found === "file") return inRealFolder(file);
    if (found === "directory" && (await kindOf(path.join(file, manifestName))) === "file") {
      return inRealFolder(path.join(file, manifestName));
    }
    throw new QclockError("manifest-not-found", `There is no manifest at ${named}.`, {
      hint: "--file takes the path of a manifest, or of the folder that holds stack.config.yaml.",
    });
  }
  for (let directory = workingDirectory; ; directory = path.dirname(directory)) {
    const file = path.join(directory, manifestName);
    if ((await kindOf(file)) === "file") return inRealFolder(file);
    if (path.dirname(directory) === directory) break;
  }
  throw new QclockError(
    "manifest-not-found",
    `There is no ${manifestName} here or in any folder above.`,
    {
      details: [`looked from ${workingDirectory}`],
      hint: "Go to the project's folder, or name the manifest with --file.",
    },
  );
}

async function inRealFolder(file: string): Promise<string> {
  return path.join(await realpath(path.dirname(file)), path.basename(file));
}

/** The lock's place: beside its manifest, `.config.yaml` or `.yaml` replaced by `.lock.yaml`. */
export function lockPathOf(manifestPath: string): string {
  return manifestPath.replace(/(?:\.config)?\.ya?ml$/, "") + ".lock.yaml";
}

/** A path for the reader: relative to the working directory where that is shorter. */
export function displayPath(file: string, workingDirectory: string): string {
  const relative = path.relative(workingDirectory, file);
  return relative !== "" && relative.length < file.length ? relative : file;
}

/** What is at a path, links followed; undefined when there is nothing or it cannot be looked at. */
export async function kindOf(file: string): Promise<"file" | "directory" | undefined> {
  try {
    const found = await stat(file);
    if (found.isDirectory()) return "directory";
    return found.isFile() ? "file" : undefined;
  } catch {
    return undefined;
  }
}
