import { lstat, readlink } from "node:fs/promises";
import path from "node:path";
import type { Place } from "./place.ts";

/** As many as the kernel follows before it says ELOOP. */
const MAXIMUM_LINKS = 40;

/**
 * Find what a path of the project leads to. Links are followed one step at a time, as the kernel
 * does, and only as long as they stay in the project: nothing outside of it is looked at, also when
 * a path leaves it and comes back. `project` is a real path, `file` an absolute one.
 *
 * Between this and the use of the place a folder may be replaced by a link. So open it with
 * `openReal`, which follows none.
 */
export async function locateInProject(project: string, file: string): Promise<Place> {
  if (!isAtOrBelow(project, file)) return { type: "outside" };
  let steps = stepsOf(path.relative(project, file));
  let current = project;
  let lastLink: { readonly link: string; readonly target: string } | undefined;
  const links: string[] = [];
  for (;;) {
    const [step, ...rest] = steps;
    if (step === undefined) break;
    steps = rest;
    current = path.join(current, step);
    if (!isAtOrBelow(project, current)) {
      // The folders above the project are real ones, so a link may pass through them on its way
      // back.
      if (isAtOrBelow(current, project)) continue;
      return { type: "outside", ...lastLink };
    }
    const found = await lstat(current).catch(() => undefined);
    if (found === undefined) return { type: "missing" };
    if (!found.isSymbolicLink()) {
      if (steps.length > 0 && !found.isDirectory()) return { type: "missing" };
      continue;
    }
    const target = await readlink(current).catch(() => undefined);
    if (target === undefined) return { type: "missing" };
    lastLink = { link: current, target };
    if (links.push(current) > MAXIMUM_LINKS) return { type: "loop", link: current };
    current = target.startsWith("/") ? "/" : path.dirname(current);
    steps = [...stepsOf(target), ...steps];
  }
  if (!isAtOrBelow(project, current)) return { type: "outside", ...lastLink };
  const found = await lstat(current).catch(() => undefined);
  if (found === undefined) return { type: "missing" };
  return {
    type: found.isDirectory() ? "directory" : found.isFile() ? "file" : "other",
    path: current,
    ...(links.length === 0 ? {} : { links }),
  };
}

function stepsOf(text: string): readonly string[] {
  return text.split("/").filter((step) => step !== "" && step !== ".");
}

/** Whether a path is a folder or lies below it. Both are absolute and normalised. */
function isAtOrBelow(folder: string, file: string): boolean {
  return file === folder || file.startsWith(folder === "/" ? folder : `${folder}/`);
}
