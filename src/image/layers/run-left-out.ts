import type { TarHeader } from "../../archive/tar.ts";

/**
 * Files that the Engine puts into a container or lays over its own; and folders that are empty when
 * a container starts, whatever its image has there.
 */
const engineFiles: ReadonlySet<string> = new Set([
  ".dockerenv",
  "etc/hostname",
  "etc/hosts",
  "etc/mtab",
  "etc/resolv.conf",
]);
const passingFolders = /^(?:dev|proc|sys|run|tmp)(?:\/|$)/;

/** Texts that tell of the moment at which something was run. */
const logs = /^var\/log\/./;

/**
 * Whether a path of a container is none of an image that its scripts made. A log that has a text is
 * none; one that is empty, and a folder, has an owner that a program counts on.
 */
export function isLeftOut(path: string, header?: Pick<TarHeader, "type" | "size">): boolean {
  if (engineFiles.has(path) || passingFolders.test(path)) return true;
  return header?.type === "file" && header.size > 0 && logs.test(path);
}
