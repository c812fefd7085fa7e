import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { ByteReader } from "../../archive/byte-reader.ts";
import type { FileConflict, ImagePackages } from "../file-conflict.ts";
import { parseControl } from "./control.ts";
import { readControlFiles } from "./control-files.ts";
import { isExcludedPath } from "./excluded.ts";
import { type ForeseenConflict, foreseeConflicts, type ForeseenFiles } from "./file-conflicts.ts";
import { readIdentity } from "./look-into.ts";
import { readMembers } from "./members.ts";

/** A package of an image or of its ancestors, and where it lies. */
interface HeldPackage extends ForeseenFiles {
  readonly file: string;
}

/** The conflicts of each image: among its own packages, and of these with its ancestors'. */
export async function conflictsOfImages(
  images: readonly ImagePackages[],
): Promise<ReadonlyMap<string, readonly FileConflict[]>> {
  const held = new Map<string, readonly HeldPackage[]>();
  const conflicts = new Map<string, readonly FileConflict[]>();
  for (const { image, parent, packages, exclude } of images) {
    const below = parent === undefined ? [] : (held.get(parent) ?? []);
    const own: HeldPackage[] = [];
    for (const { name, file } of packages) {
      const found = await readForeseenFiles(name, file).catch(() => undefined);
      if (found !== undefined) own.push({ ...found, file });
    }
    const all = [...below, ...own];
    held.set(image, all);
    const isExcluded = (path: string): boolean => isExcludedPath(path, exclude);
    const found: FileConflict[] = [];
    for (const conflict of foreseeConflicts(own, { below, isExcluded })) {
      if (!(await isSame(conflict, all))) found.push(conflict);
    }
    conflicts.set(image, found);
  }
  return conflicts;
}

/**
 * The control files of a deb: its first few kilobytes. Throws an `Error` that says what is wrong
 * with it.
 */
async function readForeseenFiles(name: string, file: string): Promise<ForeseenFiles> {
  const source = createReadStream(file);
  try {
    let controlFiles: ReadonlyMap<string, string> = new Map();
    await readMembers(new ByteReader(source), (await stat(file)).size, {
      control: async (tar) => {
        controlFiles = await readControlFiles(tar);
      },
    });
    return { name, control: parseControl(controlFiles.get("control") ?? ""), controlFiles };
  } finally {
    source.destroy();
  }
}

/**
 * Whether a file of which the control archives tell no checksum is one file in both packages; also
 * where that cannot be read.
 */
async function isSame(
  { first, second, undecided }: ForeseenConflict,
  packages: readonly HeldPackage[],
): Promise<boolean> {
  if (undecided === undefined) return false;
  const identityOf = async (name: string, path: string): Promise<string | undefined> => {
    const file = packages.find((each) => each.name === name)?.file;
    return file === undefined ? undefined : await readIdentity(file, path).catch(() => undefined);
  };
  const one = await identityOf(first, undecided.first);
  const other = await identityOf(second, undecided.second);
  return one === undefined || other === undefined || one === other;
}
