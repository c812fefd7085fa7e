import type { TarHeader } from "../archive/tar.ts";
import type { Digest } from "../digest.ts";

/** One path of an unpacked package; regular files lie in the spool file. */
export interface UnpackedEntry extends TarHeader {
  /** Where the content starts in the spool file; absent for what is excluded or has no content. */
  readonly spoolOffset?: number;
  /** Hexadecimal SHA-256 of a regular file that is not excluded. */
  readonly sha256?: string;
  /** Hexadecimal MD5 of a file, where the family's package database wants it. */
  readonly md5?: string;
  readonly excluded: boolean;
  /** Value of the attribute `security.capability` of a regular file, in hexadecimal. */
  readonly capabilities?: string;
}

/**
 * A package taken apart: what it says of itself, and what it installs. It goes from thread to
 * thread, and into the store as JSON.
 */
export interface UnpackedPackage {
  /** Texts by name, for the package's own family alone. */
  readonly metadata: ReadonlyMap<string, string>;
  readonly entries: readonly UnpackedEntry[];
}

/** An unpacked package of an image. */
export interface InstalledPackage extends UnpackedPackage {
  readonly name: string;
}

export interface UnpackRequest {
  /** The package. */
  readonly file: string;
  /** What it must be. It was proved when the file came in; disks forget. */
  readonly digest: Digest;
  /** Where the contents of its files are written, one after another. */
  readonly spool: string;
  /** Absolute paths whose subtrees are left out. */
  readonly exclude: readonly string[];
}

/** The file has another digest than it had when it came in. */
export class DamagedFile extends Error {
  override readonly name = "DamagedFile";
}
