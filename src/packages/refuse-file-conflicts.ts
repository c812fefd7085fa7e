import { lstat } from "node:fs/promises";
import path from "node:path";
import { QclockError } from "../error.ts";
import type { AssembledImage, Stack } from "../stack/stack.ts";
import { isInside } from "../stack/values.ts";
import type { Digest } from "../digest.ts";
import { loadFamily } from "./families.ts";
import type { FileConflict } from "./file-conflict.ts";
import { assembledImages } from "../stack/images/assembled-images.ts";
import type { ResolvedPackage } from "./resolve/reasons.ts";

/** Resolved packages by image, and where the packages lie. */
interface Fetched {
  readonly stack: Stack;
  readonly resolved: ReadonlyMap<string, readonly ResolvedPackage[]>;
  readonly paths: ReadonlyMap<Digest, string>;
}

/**
 * Refuse packages of which two install the same file with different content, before any is unpacked
 * or locked. What cannot be read is passed over: building tells what is wrong with it.
 *
 * Throws `file-conflict` with all of them.
 */
export async function refuseFileConflicts(fetched: Fetched): Promise<void> {
  const { stack, resolved, paths } = fetched;
  const images = assembledImages(stack);
  const family = await loadFamily(stack.os);
  const found = await family.foreseeConflicts(
    images.map(({ name, parent, exclude }) => ({
      image: name,
      parent,
      exclude,
      packages: (resolved.get(name) ?? []).flatMap(({ package: entry }) => {
        const file = paths.get(`sha256:${entry.sha256}`);
        return file === undefined ? [] : [{ name: entry.name, file }];
      }),
    })),
  );
  for (const image of images) {
    const own = new Set(resolved.get(image.name)?.map(({ package: { name } }) => name));
    const conflicts: FileConflict[] = [];
    for (const conflict of found.get(image.name) ?? []) {
      const isBelow = !own.has(conflict.first);
      if (!isBelow || !(await isCovered(stack, image, conflict.path))) conflicts.push(conflict);
    }
    if (conflicts.length > 0) throw toError(image.name, conflicts, resolved);
  }
}

/**
 * Whether files or artifacts of an ancestor may lie over the path: what lies there then is nobody's
 * package.
 */
async function isCovered(stack: Stack, image: AssembledImage, at: string): Promise<boolean> {
  const parent = stack.images.get(image.parent ?? "");
  if (parent?.type !== "assembled") return false;
  if (parent.artifacts.some((artifact) => isInside(artifact.path, at))) return true;
  for (const { source, target } of parent.files) {
    if (!isInside(target, at)) continue;
    const file = path.join(source, path.posix.relative(target, at));
    const isThere = await lstat(file).then(
      () => true,
      () => false,
    );
    if (isThere) return true;
  }
  return isCovered(stack, parent, at);
}

function toError(
  image: string,
  conflicts: readonly FileConflict[],
  resolved: ReadonlyMap<string, readonly ResolvedPackage[]>,
): QclockError {
  const [{ first, second, path: at } = { first: "", second: "", path: "" }] = conflicts;
  const chosen = new Map([...resolved.values()].flat().map((one) => [one.package.name, one]));
  return new QclockError(
    "file-conflict",
    `Image "${image}": both ${first} and ${second} install ${at}, with different content.`,
    {
      hint: "Leave one of the two out of the image's packages, or exclude the path.",
      details: [
        ...conflicts.slice(1, 20).map((one) => `${one.first} and ${one.second}: ${one.path}`),
        ...[first, second].flatMap((name) => chainOf(name, chosen)),
      ],
    },
  );
}

/** Why a package is there, one line a step, down to what was asked for. */
function chainOf(name: string, chosen: ReadonlyMap<string, ResolvedPackage>): readonly string[] {
  const lines: string[] = [];
  for (let current = name; ;) {
    const [reason] = chosen.get(current)?.reasons ?? [];
    if (reason?.type !== "dependency") return [...lines, `${current}: asked for in the manifest`];
    lines.push(`${current}: needed by ${reason.of} (${reason.relation})`);
    current = reason.of;
  }
}
