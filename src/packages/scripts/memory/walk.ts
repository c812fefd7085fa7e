import type { RootErrorCode } from "../root.ts";
import type { Inode } from "./inode.ts";

/** Where a path leads: the folder and the name in it, and what is there. */
export interface Place {
  readonly parent: Inode;
  /** Empty for the root itself; `.` and `..` are never here. */
  readonly name: string;
  readonly node: Inode | undefined;
  /** Whether the path ends with a slash, `.` or `..`, and so names a folder. */
  readonly isFolderName: boolean;
}

/** As Linux has them. */
const MOST_LINKS = 40;
const LONGEST_NAME = 255;
export const LONGEST_PATH = 4095;

/**
 * Follows a path as the kernel does. Gives the kernel's error where a step on the way is missing; a
 * missing last step is a place without a node. Does not throw, because scripts ask for a lot that
 * is not there.
 */
export function walk(
  root: Inode,
  path: string,
  lastLink: "follow" | "keep",
): Place | RootErrorCode {
  if (path === "") return "ENOENT";
  if (path.length > LONGEST_PATH) return "ENAMETOOLONG";
  // Steps still to go, the next one last.
  const steps = stepsOf(path);
  let isFolderName = /(?:^|\/)\.{0,2}$/.test(path);
  let at = root;
  let links = 0;
  for (;;) {
    const step = steps.pop();
    if (step === undefined) return { ...placeOf(root, at), isFolderName: true };
    if (at.children === undefined) return "ENOTDIR";
    if (step === ".") continue;
    if (step === "..") {
      at = at.parent ?? root;
      continue;
    }
    if (step.length > LONGEST_NAME) return "ENAMETOOLONG";
    const node = at.children.get(step);
    const isLast = steps.length === 0;
    if (node?.kind === "symlink" && (!isLast || lastLink === "follow" || isFolderName)) {
      if (++links > MOST_LINKS) return "ELOOP";
      const target = node.target ?? "";
      if (isLast && /(?:^|\/)\.{0,2}$/.test(target)) isFolderName = true;
      if (target.startsWith("/")) at = root;
      steps.push(...stepsOf(target));
      continue;
    }
    if (isLast) {
      if (isFolderName && node !== undefined && node.children === undefined) return "ENOTDIR";
      return { parent: at, name: step, node, isFolderName };
    }
    if (node === undefined) return "ENOENT";
    at = node;
  }
}

function stepsOf(path: string): string[] {
  return path
    .split("/")
    .filter((step) => step !== "")
    .toReversed();
}

/** A folder that was reached by `..` or as the root, with its name. */
function placeOf(root: Inode, node: Inode): Omit<Place, "isFolderName"> {
  return { parent: node.parent ?? root, name: node.name ?? "", node };
}
