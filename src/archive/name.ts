import { visible } from "../visible.ts";
import { whiteoutIn } from "../whiteout.ts";

/** What Linux takes: of a whole path with its end, and of one name in it. */
const LONGEST_PATH = 4095;
const LONGEST_NAME = 255;

/**
 * A name in an archive as the steps of a path; none for the archive's own folder. Throws an `Error`
 * for names that lead out of the folder, or that no file may have.
 */
export function parseArchiveName(name: string): readonly string[] {
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  if (name.startsWith("/") || parts.includes("..")) {
    throw new Error(`"${shown(name)}" leads out of its folder`);
  }
  refuseText(name);
  if (whiteoutIn(name) !== undefined) {
    throw new Error(
      `"${shown(name)}" is a whiteout, which would remove files from the layers below`,
    );
  }
  if (
    Buffer.byteLength(name) > LONGEST_PATH ||
    parts.some((part) => Buffer.byteLength(part) > LONGEST_NAME)
  ) {
    throw new Error(`"${shown(name)}" is longer than a file system takes`);
  }
  return parts;
}

/** The target of a symbolic link. Throws an `Error` for what cannot be one. */
export function checkLinkTarget(name: string, target: string): string {
  if (target === "" || Buffer.byteLength(target) > LONGEST_PATH) {
    throw new Error(`the link "${shown(name)}" has no usable target`);
  }
  refuseText(target);
  return target;
}

/**
 * Whether a symbolic link at a path of the image climbs above the image's root. Neither has a
 * leading slash of its own.
 */
export function climbsOut(path: string, target: string): boolean {
  let depth = target.startsWith("/") ? 0 : path.split("/").length - 1;
  for (const part of target.split("/")) {
    if (part === "" || part === ".") continue;
    depth += part === ".." ? -1 : 1;
    if (depth < 0) return true;
  }
  return false;
}

/**
 * A stranger's name or text for a message: without what would steer the terminal, and not longer
 * than a line.
 */
export function shown(name: string): string {
  const plain = visible(name);
  return plain.length > 120 ? `${plain.slice(0, 117)}...` : plain;
}

function refuseText(text: string): void {
  if (/\p{Cc}/u.test(text)) throw new Error(`"${shown(text)}" has control characters`);
  if (text.includes("\uFFFD")) throw new Error(`"${shown(text)}" is not UTF-8`);
}
