import type { Digest } from "../../digest.ts";
import type { FoundFile } from "./file-tree.ts";

/** One path that the manifest's `files` lay over an image. */
export interface ScannedFile extends Omit<FoundFile, "stamp" | "inode"> {
  /** Of a regular file. */
  readonly digest?: Digest;
  /** Of a regular file: the path, in the image, of the first one that is a hard link to it. */
  readonly linkedTo?: string;
}
