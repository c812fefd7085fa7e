import { lstat } from "node:fs/promises";
import path from "node:path";
import { QclockError } from "../error.ts";
import type { AssembledImage, Image, Stack } from "../stack/stack.ts";
import { isInside } from "../stack/values.ts";
import type { Digest } from "../digest.ts";
import {
  type FileConflict,
  foreseeConflicts,
  type ForeseenFiles,
  readForeseenFiles,
} from "./deb/file-conflicts.ts";
import { isExcludedPath } from "./deb/excluded.ts";
import { readIdentity } from "./deb/look-into.ts";
import { assembledImages } from "./lock/inputs.ts";
import type { ResolvedPackage } from "./resolve/reasons.ts";

/** Resolved packages by image, and where the packages lie. */
interface Fetched {
  readonly stack: Stack;
  readonly resolved: ReadonlyMap<string, readonly ResolvedPackage[]>;
  readonly paths: ReadonlyMap<Digest, string>;
}

/**
 * Refuse packages of which two install the same file with different content, before any is unpacked or locked. What cannot be
 * read is passed over: building tells what is wrong with it.
 *
 * Throws `file-conflict` with all of them.
 */
export async function refuseFileConflicts(fetched: Fetched): Promise<void> {
  const { stack, resolved } = fetched;
  const held = new Map<string, readonly ForeseenFiles[]>();
  for (const image of assembledImages(stack)) {
    const below = image.parent === undefined ? [] : (held.get(image.parent) ?? []);
    const own: ForeseenFiles[] = [];
    for (const { package: entry } of resolved.get(image.name) ?? []) {
      const file = fetched.paths.get(digestOfEntry(entry));
      const found =
        file === undefined
          ? undefined
          : await readForeseenFiles(entry.name, file).catch(() => undefined);
      if (found !== undefined) own.push(found);
    }
    held.set(image.name, [...below, ...own]);
    const conflicts: FileConflict[] = [];
    for (const conflict of foreseeConflicts(own, {
      below,
      isExcluded: (place) => isExcludedPath(place, image.exclude),
    })) {
      const isBelow = below.some(({ name }) => name === conflict.first);
      if (isBelow && (await isCovered(stack, image, conflict.path))) continue;
      if (!(await isSame(fetched, image, conflict))) conflicts.push(conflict);
    }
    if (conflicts.length > 0) throw toError(image.name, conflicts, resolved);
  }
}

/** Whether files or artifacts of an ancestor may lie over the path: what lies there then is nobody's package. */
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

/** Whether a file of which the control archives tell no checksum is one file in both packages; also where that cannot be read. */
async function isSame(
  { stack, resolved, paths }: Fetched,
  image: AssembledImage,
  { first, second, undecided }: FileConflict,
): Promise<boolean> {
  if (undecided === undefined) return false;
  const fileOf = (name: string): string | undefined => {
    for (let at: Image | undefined = image; at?.type === "assembled";) {
      const found = resolved.get(at.name)?.find((one) => one.package.name === name);
      if (found !== undefined) return paths.get(digestOfEntry(found.package));
      at = stack.images.get(at.parent ?? "");
    }
    return undefined;
  };
  const identities = [];
  for (const [name, at] of [
    [first, undecided.first],
    [second, undecided.second],
  ] as const) {
    const file = fileOf(name);
    if (file === undefined) return true;
    identities.push(await readIdentity(file, at).catch(() => undefined));
  }
  const [one, other] = identities;
  return one === undefined || other === undefined || one === other;
}

function digestOfEntry({ sha256 }: ResolvedPackage["package"]): Digest {
  return `sha256:${sha256}`;
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
