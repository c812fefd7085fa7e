import { machineOf } from "../../image/machine.ts";

/** One path of an image, as its tar has it. */
export interface ImageFile {
  /** Without a leading slash. */
  readonly path: string;
  readonly type: "file" | "directory" | "symlink" | "hardlink" | "other";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly linkTarget?: string;
  /** What a file's first bytes say it is; absent where they say nothing. */
  readonly head?: FileHead;
}

export type FileHead =
  | {
      readonly type: "script";
      /** The line after `#!`, its line end included when that is not a plain newline. */ readonly interpreter: string;
    }
  | { readonly type: "elf"; readonly architecture: string }
  | { readonly type: "private-key" };

/** Every path of an image, and the text of the few files that checks read. */
export interface ImageFiles {
  readonly entries: ReadonlyMap<string, ImageFile>;
  /** By path, for those of the account files that exist. */
  readonly texts: ReadonlyMap<string, string>;
  /**
   * Versions by `name:architecture` of what its package database lists; undefined where it has no
   * such file.
   */
  readonly packages: ReadonlyMap<string, string> | undefined;
}

/** Files whose content checks of accounts read. */
export const accountFiles: readonly string[] = ["etc/passwd", "etc/group", "etc/shadow"];

/** What the first bytes of a file say about it. */
export function readHead(bytes: Uint8Array): FileHead | undefined {
  const text = Buffer.from(bytes).toString("latin1");
  if (text.startsWith("#!")) {
    const end = text.indexOf("\n");
    return { type: "script", interpreter: text.slice(2, end === -1 ? undefined : end) };
  }
  const machine = machineOf(bytes);
  if (machine !== undefined) return { type: "elf", architecture: machine };
  if (/^-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/.test(text)) return { type: "private-key" };
  return undefined;
}

/**
 * The entry that a path leads to, symlinks in every part followed; undefined when it leads nowhere.
 */
export function resolveFile(files: ImageFiles, path: string): ImageFile | undefined {
  let pending = path.split("/").filter((part) => part !== "" && part !== ".");
  let current: string[] = [];
  // As many links as the kernel follows before it gives up.
  for (let links = 0; links <= 40;) {
    const part = pending.shift();
    if (part === undefined) {
      const found = files.entries.get(current.join("/"));
      // A hard link's content is written once, at the path it names.
      return found?.type === "hardlink" ? files.entries.get(found.linkTarget ?? "") : found;
    }
    if (part === "..") {
      current.pop();
      continue;
    }
    const here = [...current, part];
    const entry = files.entries.get(here.join("/"));
    if (entry === undefined) return undefined;
    if (entry.type !== "symlink") {
      current = here;
      continue;
    }
    links += 1;
    const target = entry.linkTarget ?? "";
    if (target.startsWith("/")) current = [];
    pending = [...target.split("/").filter((each) => each !== "" && each !== "."), ...pending];
  }
  return undefined;
}
