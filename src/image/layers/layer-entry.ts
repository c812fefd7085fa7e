import type { Digest } from "../../digest.ts";
import type { Origin } from "./origin.ts";

/**
 * One path of a layer as qclock writes it, without its content: enough to resolve paths through
 * parents and to audit an image.
 */
export interface LayerEntry {
  /**
   * Without a leading slash, without a trailing one: `usr/bin/env`. Bytes that are not UTF-8 are
   * refused.
   */
  readonly path: string;
  /** A whiteout takes away what a layer below has at the path (OCI image layer specification). */
  readonly type: "file" | "directory" | "symlink" | "hardlink" | "whiteout";
  /** Permission bits, setuid, setgid and sticky included: 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** Of regular files, in bytes; 0 for others. */
  readonly size: number;
  /** Target of a symlink as written, or of a hard link as a path like `path`. */
  readonly linkTarget?: string;
  /** Digest of a regular file's content. */
  readonly digest?: Digest;
  /** Value of the attribute `security.capability` of a regular file, in hexadecimal. */
  readonly capabilities?: string;
  /** Where the content of a regular file starts in the layer's tar; absent for others. */
  readonly offset?: number;
  /** Who put it here. */
  readonly origin: Origin;
}
