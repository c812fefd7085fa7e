import type { FileConflict, ImagePackages } from "../file-conflict.ts";
import { isLeftOut } from "./excluded.ts";
import { readPackageFile } from "./file/package-file.ts";
import { type ListedFile, listedFilesOf } from "./header/listed-files.ts";

/** A path of an image, and the package that has it. */
interface HeldFile {
  readonly owner: string;
  readonly file: ListedFile;
}

/**
 * The conflicts of each image: among its own packages, and of these with its ancestors'. The
 * headers of packages tell the digest of each file, so that none is unpacked. A package that cannot
 * be read is passed over: fetching and unpacking tell of it.
 */
export async function conflictsOfImages(
  images: readonly ImagePackages[],
): Promise<ReadonlyMap<string, readonly FileConflict[]>> {
  const held = new Map<string, ReadonlyMap<string, HeldFile>>();
  const conflicts = new Map<string, readonly FileConflict[]>();
  for (const { image, parent, packages, exclude } of images) {
    const below = parent === undefined ? undefined : held.get(parent);
    const owners = new Map(below);
    const found: FileConflict[] = [];
    for (const { name, file } of packages) {
      for (const next of await filesIn(file)) {
        if (next.type === "directory" || isLeftOut(next, exclude)) continue;
        const place = merged(next.path);
        const present = owners.get(place);
        if (present === undefined) owners.set(place, { owner: name, file: next });
        else if (present.owner !== name && !isSame(present.file, next)) {
          found.push({ path: `/${place}`, first: present.owner, second: name });
        }
      }
    }
    held.set(image, owners);
    conflicts.set(image, found);
  }
  return conflicts;
}

async function filesIn(file: string): Promise<readonly ListedFile[]> {
  try {
    return listedFilesOf((await readPackageFile(file)).header);
  } catch {
    return [];
  }
}

/** A path below `/bin` is one below `/usr/bin`, and so are those of the others that EL merged. */
function merged(path: string): string {
  return /^(?:bin|sbin|lib|lib64)\//.test(path) ? `usr/${path}` : path;
}

/**
 * As files are compared where they are laid down. Digests of two kinds, whose lengths differ, say
 * nothing of each other: two such files are told apart when they are unpacked.
 */
function isSame(one: ListedFile, other: ListedFile): boolean {
  return (
    one.type === other.type &&
    one.mode === other.mode &&
    one.linkTarget === other.linkTarget &&
    (one.digest === other.digest || one.digest.length !== other.digest.length)
  );
}
