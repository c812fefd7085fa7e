import type { AssembledImage, Image } from "../../stack/stack.ts";
import { isInside } from "../../stack/values.ts";
import { type FoundTree, listTree } from "./file-tree.ts";
import type { LayerEntry } from "../layers/layer-entry.ts";
import { followPath, resolvePath } from "../layers/tree.ts";

/**
 * A path of an image that is known before anything is built: from the project, an artifact's entry,
 * or packages that were unpacked before.
 */
export interface KnownPath {
  readonly type: "file" | "directory" | "symlink";
  readonly mode: number;
  readonly linkTarget?: string;
  /** Real path on the host; absent for what is fetched or declared. */
  readonly source?: string;
}

/** What can be said of an image's content from the manifest and the project alone. */
export interface KnownFiles {
  /** By path without a leading slash, parents' first. */
  readonly paths: ReadonlyMap<string, KnownPath>;
  /** Whether the image may have a path that is not among `paths`. */
  mayHold(path: string): boolean;
}

/**
 * Top folders that packages may put files into, by the Filesystem Hierarchy Standard, which Debian
 * and Fedora hold to.
 */
const packageFolders = new Set(
  "bin boot dev etc home lib lib32 lib64 libx32 media mnt opt proc root run sbin srv sys tmp usr var".split(
    " ",
  ),
);

/** List the trees of an image. Nothing of them is read. */
export async function listTrees(image: AssembledImage): Promise<readonly FoundTree[]> {
  const trees: FoundTree[] = [];
  for (const tree of image.files) trees.push(await listTree(tree));
  return trees;
}

/**
 * What is known of the topmost image of a chain. `packages` has what the packages of an image
 * bring, for those of which it is known.
 */
export function knownFiles(
  chain: readonly Image[],
  trees: ReadonlyMap<string, readonly FoundTree[]>,
  packages: ReadonlyMap<string, Iterable<LayerEntry>>,
): KnownFiles {
  const paths = new Map<string, KnownPath>();
  const assembled = chain.filter((image) => image.type === "assembled");
  for (const image of assembled) {
    for (const { path, type, mode, linkTarget } of packages.get(image.name) ?? []) {
      if (type === "whiteout") {
        paths.delete(path);
        continue;
      }
      const isLink = type === "symlink" && linkTarget !== undefined;
      paths.set(path, {
        type: type === "hardlink" ? "file" : type,
        mode,
        ...(isLink ? { linkTarget } : {}),
      });
    }
    for (const artifact of image.artifacts) {
      const type = artifact.unpack === "none" ? "file" : "directory";
      const mode = artifact.unpack === "none" ? artifact.mode : 0o755;
      lay(paths, artifact.path.slice(1), { type, mode });
    }
    for (const { files } of trees.get(image.name) ?? [])
      for (const file of files) lay(paths, file.path, file);
    for (const { path, mode } of image.directories)
      lay(paths, path.slice(1), { type: "directory", mode });
  }
  const isListed = assembled.every(({ name, files }) => files.length === 0 || trees.has(name));
  const isWhole = assembled.length === chain.length && isListed;
  const hasPackages = assembled.some(
    (image) => (image.essential || image.packages.length > 0) && !packages.has(image.name),
  );
  // Which Python they are for is known with the lock; below `/usr` all of them look.
  const hasWheels = assembled.some(({ wheels }) => wheels !== undefined);
  const archives = assembled
    .flatMap((image) => image.artifacts)
    .filter(({ unpack }) => unpack !== "none");
  return {
    paths,
    mayHold: (path) =>
      !isWhole ||
      (hasPackages && packageFolders.has(path.split("/")[0] ?? "")) ||
      (hasWheels && path.startsWith("usr/")) ||
      archives.some((archive) => isInside(archive.path, `/${path}`)),
  };
}

/** Lay something over what is below it, as the layers are: through links, and with its folders. */
function lay(paths: Map<string, KnownPath>, at: string, known: KnownPath): void {
  const find = (path: string): KnownPath | undefined => paths.get(path);
  let path = at;
  try {
    path = resolvePath(at, find);
    if (known.type === "directory" && find(followPath(path, find))?.type === "directory") return;
  } catch {
    // Links in a circle: building says so.
  }
  for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
    const folder = path.slice(0, slash);
    if (!paths.has(folder)) paths.set(folder, { type: "directory", mode: 0o755 });
  }
  paths.set(path, known);
}

/** Where a path leads among the known ones; undefined when it leads to none of them. */
export function findKnown(
  { paths }: KnownFiles,
  path: string,
): { readonly path: string; readonly known: KnownPath | undefined } {
  try {
    const real = followPath(path, (at) => paths.get(at));
    return { path: real, known: paths.get(real) };
  } catch {
    return { path, known: undefined };
  }
}
