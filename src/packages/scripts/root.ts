/** Names of the kernel's errors that the root gives. */
export type RootErrorCode =
  | "ENOENT"
  | "EEXIST"
  | "ENOTDIR"
  | "EISDIR"
  | "ENOTEMPTY"
  | "ELOOP"
  | "EINVAL"
  | "ENAMETOOLONG"
  | "EBUSY"
  | "EPERM";

/** As strerror(3) of the GNU C library says them. */
const MESSAGES: Readonly<Record<RootErrorCode, string>> = {
  ENOENT: "No such file or directory",
  EEXIST: "File exists",
  ENOTDIR: "Not a directory",
  EISDIR: "Is a directory",
  ENOTEMPTY: "Directory not empty",
  ELOOP: "Too many levels of symbolic links",
  EINVAL: "Invalid argument",
  ENAMETOOLONG: "File name too long",
  EBUSY: "Device or resource busy",
  EPERM: "Operation not permitted",
};

/** The root refuses, as the kernel would. Its message is the kernel's, for a command to print. */
export class RootError extends Error {
  override readonly name = "RootError";
  readonly code: RootErrorCode;
  readonly path: string;

  constructor(code: RootErrorCode, path: string) {
    super(MESSAGES[code]);
    this.code = code;
    this.path = path;
  }
}

export type NodeKind = "file" | "directory" | "symlink" | "device";

/** What stat(2) tells. */
export interface NodeStatus {
  readonly kind: NodeKind;
  /** The twelve bits of permissions. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** In bytes; of a symbolic link the length of its target. */
  readonly size: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** The same for two paths when they are hard links to one file. */
  readonly inode: number;
  /** Names of a file; of a folder as most file systems count. */
  readonly links: number;
}

/** A file that is open: it stays the same when its path is removed or renamed. */
export interface OpenFile {
  readonly status: NodeStatus;
  /** At most so many bytes from a place on; none at the end. */
  readAt(offset: number, length: number): Uint8Array;
  /** Bytes between the end and the offset become zero. */
  writeAt(offset: number, bytes: Uint8Array): void;
}

export interface OpenOptions {
  /** `write` makes the file when it is not there, and empties it when it is. */
  readonly access: "read" | "write" | "append" | "read-write";
  /** Of a file that is made; the umask is taken off by the caller. 0o644 when absent. */
  readonly mode?: number;
  /** Fail with EEXIST when something is there, and follow no link. */
  readonly isExclusive?: boolean;
}

/**
 * The file system that scripts work on: what the layers below and the unpacked packages hold, and
 * what scripts made of it. Synchronous; nothing of the host.
 *
 * Paths are absolute and are strings of bytes (bytes.ts). Links are followed as the kernel does, as
 * the user root, who may do everything. Functions throw `RootError` unless they say otherwise, and
 * `LimitReached`.
 */
export interface ScriptRoot {
  /** Of what a path leads to; undefined when there is nothing, also by a dangling link. */
  stat(path: string): NodeStatus | undefined;
  /** Of a path itself, its last step not followed; undefined when there is nothing. */
  lstat(path: string): NodeStatus | undefined;
  /** The target of a symbolic link; EINVAL for anything else. */
  readlink(path: string): string;
  /** Without links, as realpath(3); every step must be there. */
  realpath(path: string): string;
  /** Names in a folder, sorted by bytes, without `.` and `..`. */
  list(path: string): readonly string[];
  /** The whole content of a file. Not to be changed. */
  read(path: string): Uint8Array;
  /** Call `onRead` before the content of a file is read, until something is written to it. */
  watchReads(path: string, onRead: () => void): void;
  /**
   * Replace the content of a file, whose mode and owner stay, or make it with a mode (0o644 when
   * absent), owned by root.
   */
  write(path: string, content: Uint8Array, mode?: number): void;
  append(path: string, content: Uint8Array, mode?: number): void;
  open(path: string, options: OpenOptions): OpenFile;
  mkdir(path: string, mode: number): void;
  symlink(target: string, path: string): void;
  /** A second name for a file or a symbolic link, which is not followed. */
  link(from: string, to: string): void;
  /** As rename(2): what is at the new path goes, a folder only when it is empty. */
  rename(from: string, to: string): void;
  /** Remove a file, a link or an empty folder; no link is followed. */
  remove(path: string): void;
  chmod(path: string, mode: number): void;
  /** Undefined leaves an owner as it is. As chown(2), it clears the set-id bits of files. */
  chown(path: string, owner: Owner): void;
  /** Seconds since 1970; the fixed time of the image when absent. */
  setTime(path: string, mtime?: number): void;
}

export interface Owner {
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** Change a symbolic link itself, as `chown -h`. */
  readonly isLinkItself?: boolean;
}

/** A root whose changes can be taken back, which is how one script is kept or dropped whole. */
export interface JournaledRoot extends ScriptRoot {
  /** Start to keep what is needed to undo. One at a time. */
  begin(): void;
  /** What was changed since `begin` stays. */
  commit(): void;
  /** Everything is as it was at `begin`. */
  rollback(): void;
  /** Who makes the changes from now on: it is kept with what is changed. */
  changeAs(changer: unknown): void;
}
