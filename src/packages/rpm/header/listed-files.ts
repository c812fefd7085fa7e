import { checkLinkTarget, parseArchiveName, shown } from "../../../archive/name.ts";
import { toCapabilities } from "./file-capabilities.ts";
import { filePathsOf, refuseOtherCount } from "./file-paths.ts";
import type { RpmHeader } from "./header.ts";
import { tags } from "./tags.ts";

/** A path that a package brings, as its header describes it. */
export interface ListedFile {
  /** Its place in all lists of the header. */
  readonly index: number;
  /** Without a leading slash. */
  readonly path: string;
  readonly type: "file" | "directory" | "symlink";
  /** The twelve bits of permissions. */
  readonly mode: number;
  readonly mtime: number;
  /** Of a regular file and of the target of a link, in bytes. */
  readonly size: number;
  readonly linkTarget?: string;
  /** Hexadecimal digest of a regular file by the header's algorithm; empty where it has none. */
  readonly digest: string;
  /** Regular files with the same text here are hard links to each other. */
  readonly inode: string;
  /** Value of the attribute `security.capability`, in hexadecimal. */
  readonly capabilities?: string;
  /** It is a licence, under which the rest is passed on. */
  readonly isLicence: boolean;
}

/** Of `RPMFILE_`: files that the package owns and does not bring, and licences. */
const [GHOST, LICENCE] = [1 << 6, 1 << 7];
/** Kinds of files in modes. Source: inode(7). */
const KIND_BITS = 0o170000;
const KINDS: ReadonlyMap<number, ListedFile["type"]> = new Map([
  [0o100000, "file"],
  [0o040000, "directory"],
  [0o120000, "symlink"],
]);
const REFUSED_KINDS: ReadonlyMap<number, string> = new Map([
  [0o020000, "a character device"],
  [0o060000, "a block device"],
  [0o010000, "a named pipe"],
  [0o140000, "a socket"],
]);

/**
 * What a package brings, in the order of its header: everything but ghosts. Throws an `Error` that
 * says what no package may bring, or in what the header contradicts itself.
 */
export function listedFilesOf(header: RpmHeader): readonly ListedFile[] {
  const paths = filePathsOf(header);
  const lists = {
    modes: header.numbers(tags.fileModes),
    flags: header.numbers(tags.fileFlags),
    times: header.numbers(tags.fileMtimes),
    sizes: sizesOf(header),
    digests: header.texts(tags.fileDigests),
    targets: header.texts(tags.fileLinkTargets),
    devices: header.numbers(tags.fileDevices),
    inodes: header.numbers(tags.fileInodes),
  };
  for (const [what, values] of Object.entries(lists)) refuseOtherCount(what, values, paths);
  const capabilities = header.texts(tags.fileCapabilities);
  if (capabilities.length > 0) refuseOtherCount("capabilities", capabilities, paths);
  return paths.flatMap((path, index) => {
    const flags = lists.flags[index] ?? 0;
    if ((flags & GHOST) !== 0) return [];
    const mode = lists.modes[index] ?? 0;
    const type = typeOf(path, mode);
    return [
      {
        index,
        path: placeOf(path),
        type,
        mode: mode & 0o7777,
        mtime: lists.times[index] ?? 0,
        size: type === "directory" ? 0 : (lists.sizes[index] ?? 0),
        ...(type === "symlink"
          ? { linkTarget: checkLinkTarget(path, lists.targets[index] ?? "") }
          : {}),
        digest: lists.digests[index] ?? "",
        inode: `${lists.devices[index]}:${lists.inodes[index]}`,
        ...capabilitiesOf(type, capabilities[index] ?? ""),
        isLicence: (flags & LICENCE) !== 0,
      },
    ];
  });
}

/** A kernel takes them of regular files alone. */
function capabilitiesOf(type: ListedFile["type"], text: string): Pick<ListedFile, "capabilities"> {
  const capabilities = type === "file" ? toCapabilities(text) : undefined;
  return capabilities === undefined ? {} : { capabilities };
}

/** Packages with a file of 4 GiB have all their sizes in a tag of 64 bits. */
function sizesOf(header: RpmHeader): readonly number[] {
  if (!header.has(tags.longFileSizes)) return header.numbers(tags.fileSizes);
  return header.bigints(tags.longFileSizes).map((size) => {
    if (size <= Number.MAX_SAFE_INTEGER) return Number(size);
    throw new Error(`its header claims a file of ${size} bytes`);
  });
}

function placeOf(path: string): string {
  if (!path.startsWith("/")) throw new Error(`"${shown(path)}" is not an absolute path`);
  return parseArchiveName(path.slice(1)).join("/");
}

function typeOf(path: string, mode: number): ListedFile["type"] {
  const kind = mode & KIND_BITS;
  const type = KINDS.get(kind);
  if (type !== undefined) return type;
  throw new Error(`"${shown(path)}" is ${REFUSED_KINDS.get(kind) ?? "a file of an unknown kind"}`);
}
