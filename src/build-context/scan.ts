import { comparePaths } from "../archive/path-order.ts";
import path from "node:path";
import { QclockError } from "../error.ts";
import { type FolderEntry, readFolder, readInProject, readWhole } from "../project/open.ts";
import { decodeText, isUtf8, showBytes } from "../project/text.ts";
import type { DockerfileImage } from "../stack/stack.ts";
import { Turns } from "../turns.ts";
import { type IgnoreRules, parseIgnore } from "./ignore.ts";

/** One path of a build context. */
export type ContextEntry =
  | { readonly type: "directory"; readonly path: string }
  | { readonly type: "symlink"; readonly path: string; readonly target: string }
  | {
      readonly type: "file";
      /** Relative to the context, with slashes. */
      readonly path: string;
      /** On the host. */
      readonly absolutePath: string;
      readonly executable: boolean;
      readonly sizeBytes: number;
      /** Changes whenever the file does: size, inode and times. */
      readonly stamp: string;
      /** When the file last changed in any way, in milliseconds since 1970. */
      readonly changedAtMs: number;
    };

export type ContextFile = Extract<ContextEntry, { readonly type: "file" }>;

/** What a Dockerfile image would send, found by looking at names and sizes alone. */
export interface ContextScan {
  readonly image: string;
  /** Absolute path of the context. */
  readonly directory: string;
  /** Sorted by path; without the Dockerfile. */
  readonly entries: readonly ContextEntry[];
  /** The Dockerfile as the Engine will find it. */
  readonly dockerfile: {
    readonly path: string;
    readonly absolutePath: string;
    readonly text: string;
    /**
     * It serves the builder alone: `COPY` must not see it, since `.dockerignore` names it or it
     * lies elsewhere.
     */
    readonly isHidden: boolean;
  };
  readonly sizeBytes: number;
  readonly rules: IgnoreRules;
  /** The file that the rules come from, relative to the context; absent: there is none. */
  readonly ignoreFile?: string;
  /** What is worth telling: paths that were skipped, a context that is large. */
  readonly notices: readonly string[];
}

/** Past this a context is worth a word. */
const largeBytes = 100 * 1024 * 1024;

/** Past this something was taken along by mistake. */
const maxBytes = 4 * 1024 * 1024 * 1024;

/**
 * Walk a build context. Symbolic links are kept as links and never followed; sockets, FIFOs and
 * devices are skipped. What `.dockerignore` names is not even looked at. `project` is the real path
 * of the project's folder. Throws `build-failed` for a context that is too large, or has names or
 * texts that are not UTF-8; `path-outside-project` for a link that leaves it.
 */
export async function scanContext(image: DockerfileImage, project: string): Promise<ContextScan> {
  const { context: directory, dockerfile } = image;
  const { rules, file: ignoreFile } = await readRules(image, project);
  const notices: string[] = [];
  const entries: ContextEntry[] = [];
  await walk({ directory, rules, notices, entries, image: image.name, turns: new Turns() }, "");
  const inside = relativePath(directory, dockerfile);
  const sizeBytes = entries.reduce(
    (sum, entry) => sum + (entry.type === "file" ? entry.sizeBytes : 0),
    0,
  );
  if (sizeBytes > largeBytes) notices.push(tooLarge(image.name, entries, sizeBytes));
  if (sizeBytes > maxBytes) {
    throw new QclockError("build-failed", tooLarge(image.name, entries, sizeBytes), {
      hint: "Name what the build does not need in .dockerignore.",
    });
  }
  return {
    image: image.name,
    directory,
    entries: entries
      .filter((entry) => entry.path !== inside)
      .toSorted((a, b) => comparePaths(a.path, b.path)),
    dockerfile: {
      path: inside ?? outsideName,
      absolutePath: dockerfile,
      text: await readDockerfile(image),
      isHidden: inside === undefined || rules.ignores(inside),
    },
    sizeBytes,
    rules,
    ...(ignoreFile === undefined ? {} : { ignoreFile: path.relative(directory, ignoreFile) }),
    notices,
  };
}

/** The name in the context of a Dockerfile that lies outside of it. */
const outsideName = ".qclock.Dockerfile";

/** `<Dockerfile>.dockerignore` beside the Dockerfile goes before `.dockerignore` of the context. */
async function readRules(
  { context, dockerfile, name }: DockerfileImage,
  project: string,
): Promise<{ readonly rules: IgnoreRules; readonly file?: string }> {
  for (const file of [`${dockerfile}.dockerignore`, path.join(context, ".dockerignore")]) {
    const bytes = await readInProject(project, file);
    if (bytes === undefined) continue;
    try {
      return { rules: parseIgnore(decodeText(bytes, file)), file };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new QclockError("build-failed", `Image ${name}: ${file}, ${error.message}.`, {
        cause: error,
        hint: "Escape a character that is not meant as a wildcard with a backslash.",
      });
    }
  }
  return { rules: parseIgnore("") };
}

async function readDockerfile({ dockerfile, name }: DockerfileImage): Promise<string> {
  const bytes = await readWhole(dockerfile).catch((error: unknown) => absent(error));
  if (bytes === undefined)
    throw new QclockError(
      "build-failed",
      `Image ${name}: there is no Dockerfile at ${dockerfile}.`,
      { hint: "Correct `build.dockerfile` in the manifest." },
    );
  return decodeText(bytes, dockerfile);
}

interface Walk {
  readonly image: string;
  readonly directory: string;
  readonly rules: IgnoreRules;
  readonly notices: string[];
  /** Comparing with a long list of patterns takes milliseconds for each path. */
  readonly turns: Turns;
  /** What has been found; a folder stands before what it holds. */
  readonly entries: ContextEntry[];
}

/** One folder after the other, so that a deep tree needs few open files. */
async function walk(state: Walk, parent: string): Promise<void> {
  const { directory, rules, entries, turns } = state;
  for (const entry of await readFolder(path.join(directory, parent))) {
    if (turns.isOver()) await turns.next();
    const name = entry.name.toString("utf8");
    const relative = parent === "" ? name : `${parent}/${name}`;
    const ignored = rules.ignores(relative);
    if (ignored && !rules.mayHoldExceptions(relative)) continue;
    refuseOtherBytes(state.image, parent, entry);
    if (entry.stats.isDirectory()) {
      const before = entries.push({ type: "directory", path: relative });
      await walk(state, relative);
      // An ignored folder is there only as far as an exception inside it needs it.
      if (ignored && entries.length === before) entries.pop();
    } else if (!ignored) entries.push(...toEntry(state, relative, entry));
  }
}

function toEntry(
  { directory, notices, image }: Walk,
  relative: string,
  { stats, target }: FolderEntry,
): readonly ContextEntry[] {
  if (target !== undefined)
    return [{ type: "symlink", path: relative, target: target.toString("utf8") }];
  if (!stats.isFile()) {
    notices.push(
      `Image ${image}: ${relative} is a socket, a FIFO or a device and stays out of the build context.`,
    );
    return [];
  }
  return [
    {
      type: "file",
      path: relative,
      absolutePath: path.join(directory, relative),
      executable: (stats.mode & 0o111n) !== 0n,
      sizeBytes: Number(stats.size),
      stamp: `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`,
      changedAtMs: Math.max(Number(stats.mtimeMs), Number(stats.ctimeMs)),
    },
  ];
}

function tooLarge(image: string, entries: readonly ContextEntry[], sizeBytes: number): string {
  const sums = new Map<string, number>();
  for (const entry of entries) {
    if (entry.type !== "file") continue;
    const top = entry.path.split("/").slice(0, 2).join("/");
    sums.set(top, (sums.get(top) ?? 0) + entry.sizeBytes);
  }
  const worthNaming = [...sums].filter(([, size]) => size >= 1e6);
  const largest = worthNaming.toSorted(([, left], [, right]) => right - left).slice(0, 5);
  const named = largest.map(([name, size]) => `${name} (${megabytes(size)})`).join(", ");
  return `Image ${image} sends a build context of ${megabytes(sizeBytes)}; the largest parts: ${named}.`;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

/** Undefined for a file outside the folder. */
function relativePath(directory: string, file: string): string | undefined {
  const relative = path.relative(directory, file);
  return relative.startsWith("..") || path.isAbsolute(relative)
    ? undefined
    : relative.split(path.sep).join("/");
}

function absent(error: unknown): undefined {
  if (
    error instanceof Error &&
    "code" in error &&
    (error.code === "ENOENT" || error.code === "ENOTDIR")
  )
    return undefined;
  throw error;
}

/** The archive's headers hold UTF-8; a name of other bytes would become another name. */
function refuseOtherBytes(image: string, parent: string, { name, target }: FolderEntry): void {
  const shown = path.posix.join(parent, showBytes(name));
  if (!isUtf8(name)) {
    throw new QclockError(
      "build-failed",
      `Image ${image}: the name ${shown} in the build context is not UTF-8.`,
      { hint: "Rename the file, or name it in .dockerignore with a wildcard." },
    );
  }
  if (target !== undefined && !isUtf8(target)) {
    throw new QclockError(
      "build-failed",
      `Image ${image}: the target of the link ${shown}, ${showBytes(target)}, is not UTF-8.`,
      { hint: "Make the link anew, or name it in .dockerignore." },
    );
  }
}
