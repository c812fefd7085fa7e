import { realpath, stat } from "node:fs/promises";
import path from "node:path";
import { QclockError } from "../../error.ts";

/** The name under which a manifest is looked for. */
export const manifestName = "stack.config.yaml";

/** The name under which what is laid over it is looked for, beside it. */
export const overrideName = "stack.override.yaml";

/** The files that make a manifest up. */
export interface ManifestFiles {
  /** Absolute path of the first one. Its folder is the project, and is given by its real path. */
  readonly path: string;
  /** Absolute paths of what is laid over it, in order. */
  readonly overrides: readonly string[];
  /** Whether the overrides were named, and not found beside the manifest. */
  readonly isNamed: boolean;
}

/**
 * Find the manifest: the files that are named, else `stack.config.yaml` in the working directory or
 * the nearest folder above that has one, with `stack.override.yaml` beside it. Its folder is the
 * project and is given by its real path, so that a path without links is inside the project or not.
 */
export async function findManifest(options: {
  readonly named: readonly string[];
  readonly workingDirectory: string;
}): Promise<ManifestFiles> {
  const { named, workingDirectory } = options;
  const [first, ...further] = named;
  if (first !== undefined) {
    const manifest = await findFirst(first, workingDirectory);
    if (further.length === 0) return manifest;
    const overrides = further.map((file) => findFurther(file, workingDirectory));
    return { ...manifest, overrides: await Promise.all(overrides), isNamed: true };
  }
  for (let directory = workingDirectory; ; directory = path.dirname(directory)) {
    const file = path.join(directory, manifestName);
    if ((await kindOf(file)) === "file") return withOverride(file);
    if (path.dirname(directory) === directory) break;
  }
  throw new QclockError(
    "manifest-not-found",
    `There is no ${manifestName} here or in any folder above.`,
    {
      details: [`looked from ${workingDirectory}`],
      hint: "Go to the project's folder, or name the manifest with --file. qclock init begins a stack.",
    },
  );
}

async function findFirst(named: string, workingDirectory: string): Promise<ManifestFiles> {
  const file = path.resolve(workingDirectory, named);
  const found = await kindOf(file);
  if (found === "file") return { path: await inRealFolder(file), overrides: [], isNamed: true };
  // Whoever names a folder means what is found there.
  const inside = path.join(file, manifestName);
  if (found === "directory" && (await kindOf(inside)) === "file") return withOverride(inside);
  throw new QclockError("manifest-not-found", `There is no manifest at ${named}.`, {
    hint: "--file takes the path of a manifest, or of the folder that holds stack.config.yaml.",
  });
}

async function findFurther(named: string, workingDirectory: string): Promise<string> {
  const file = path.resolve(workingDirectory, named);
  if ((await kindOf(file)) === "file") return inRealFolder(file);
  throw new QclockError("manifest-not-found", `There is no file at ${named}.`, {
    hint: "Each --file after the first takes the path of a file that is laid over the manifest.",
  });
}

async function withOverride(file: string): Promise<ManifestFiles> {
  const manifest = await inRealFolder(file);
  const beside = path.join(path.dirname(manifest), overrideName);
  const isThere = (await kindOf(beside)) === "file";
  return { path: manifest, overrides: isThere ? [beside] : [], isNamed: false };
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
