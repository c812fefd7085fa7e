import { QclockError } from "../error.ts";
import type { Stack } from "../stack/stack.ts";
import type { Digest } from "../digest.ts";
import {
  type FileConflict,
  foreseeConflicts,
  type ForeseenFiles,
  readForeseenFiles,
} from "./deb/file-conflicts.ts";
import { isExcludedPath } from "./deb/excluded.ts";
import { assembledImages } from "./lock/inputs.ts";
import type { ResolvedPackage } from "./resolve/reasons.ts";

/**
 * Refuse packages of which two install the same file with different content, before any is unpacked or locked. What cannot be
 * read is passed over: building tells what is wrong with it.
 *
 * Throws `file-conflict` with all of them.
 */
export async function refuseFileConflicts(
  stack: Stack,
  resolved: ReadonlyMap<string, readonly ResolvedPackage[]>,
  paths: ReadonlyMap<Digest, string>,
): Promise<void> {
  const held = new Map<string, readonly ForeseenFiles[]>();
  for (const image of assembledImages(stack)) {
    const below = image.parent === undefined ? [] : (held.get(image.parent) ?? []);
    const own: ForeseenFiles[] = [];
    for (const { package: entry } of resolved.get(image.name) ?? []) {
      const file = paths.get(`sha256:${entry.sha256}`);
      const found =
        file === undefined
          ? undefined
          : await readForeseenFiles(entry.name, file).catch(() => undefined);
      if (found !== undefined) own.push(found);
    }
    held.set(image.name, [...below, ...own]);
    const conflicts = foreseeConflicts(own, {
      below,
      isExcluded: (path) => isExcludedPath(path, image.exclude),
    });
    if (conflicts.length > 0) throw toError(image.name, conflicts, resolved);
  }
}

function toError(
  image: string,
  conflicts: readonly FileConflict[],
  resolved: ReadonlyMap<string, readonly ResolvedPackage[]>,
): QclockError {
  const [{ first, second, path } = { first: "", second: "", path: "" }] = conflicts;
  const chosen = new Map([...resolved.values()].flat().map((one) => [one.package.name, one]));
  return new QclockError(
    "file-conflict",
    `Image "${image}": both ${first} and ${second} install ${path}, with different content.`,
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
