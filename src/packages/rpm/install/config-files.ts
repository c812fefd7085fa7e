import { fromText } from "../../scripts/bytes.ts";
import type { ScriptRoot } from "../../scripts/root.ts";
import type { UnpackedEntry } from "../../unpacked.ts";
import { fileHashOf } from "../file/file-digest.ts";
import { filePathsOf } from "../header/file-paths.ts";
import type { RpmHeader } from "../header/header.ts";
import type { InstalledRpm } from "../installed.ts";
import { tags } from "../header/tags.ts";

/** Of a file's flags. Source: rpm 4.16, lib/rpmfiles.h. */
const [CONFIG, NO_REPLACE] = [1 << 0, 1 << 4];

/**
 * What is done with a configuration file at whose path something else is: it is put beside that,
 * that is moved out of its way, or that is kept and the file is not laid down.
 */
export type ConfigFate = "beside" | "move-present" | "keep-present";

/** Behind the name of a file that is put beside another one. */
const BESIDE = ".rpmnew";
/** Behind the name of what was moved out of the way of a file. */
const MOVED = ".rpmorig";

/**
 * What becomes of the configuration files of a package, by their paths without a leading slash, of
 * those at whose paths something else is. rpm decides it once, when all `%pretrans` have been run
 * and before any file is laid down; `below` are the packages of the layers below.
 *
 * Source: rpm 4.16, lib/transaction.c and lib/rpmfi.c (`rpmfilesConfigConflict`,
 * `rpmfilesDecideFate`); seen with rpm 4.18.
 */
export function configFates(
  { header, entries }: Pick<InstalledRpm, "header" | "entries">,
  { root, below }: { readonly root: ScriptRoot; readonly below: readonly RpmHeader[] },
): ReadonlyMap<string, ConfigFate> {
  const fates = new Map<string, ConfigFate>();
  const flags = header.numbers(tags.fileFlags);
  if (!flags.some((each) => (each & CONFIG) !== 0)) return fates;
  const digests = header.texts(tags.fileDigests);
  const indexes = new Map(filePathsOf(header).map((path, index) => [path, index]));
  for (const { path, type, excluded, linkTarget } of entries) {
    const index = indexes.get(`/${path}`) ?? -1;
    const own = flags[index] ?? 0;
    if (excluded || type === "directory" || (own & CONFIG) === 0) continue;
    const file = type === "symlink" ? { linkTarget } : { digest: digests[index] ?? "" };
    const at = fromText(`/${path}`);
    if (root.lstat(at) === undefined || isSame(root, at, { header, file })) continue;
    const owned = below.flatMap((other) => fileIn(other, `/${path}`) ?? []);
    // Another package has the same file: what has become of it stays.
    if (owned.some((each) => isEqual(each.file, file))) fates.set(path, "keep-present");
    // Its file is there as it was: two packages that exclude each other.
    else if (owned.some((each) => isSame(root, at, each))) continue;
    else fates.set(path, (own & NO_REPLACE) === 0 ? "move-present" : "beside");
  }
  return fates;
}

/** What a header says of a regular file, or of a link. */
interface HeaderContent {
  /** Hexadecimal, by the algorithm of the header. */
  readonly digest?: string;
  readonly linkTarget?: string | undefined;
}

interface OwnedFile {
  readonly header: RpmHeader;
  readonly file: HeaderContent;
}

function fileIn(header: RpmHeader, path: string): OwnedFile | undefined {
  const index = filePathsOf(header).indexOf(path);
  if (index === -1) return undefined;
  const linkTarget = header.texts(tags.fileLinkTargets)[index] ?? "";
  if (linkTarget !== "") return { header, file: { linkTarget } };
  return { header, file: { digest: header.texts(tags.fileDigests)[index] ?? "" } };
}

function isEqual(one: HeaderContent, other: HeaderContent): boolean {
  return one.digest === other.digest && one.linkTarget === other.linkTarget;
}

/** Whether a path of the root is as a header has it, whatever its mode and owner are. */
function isSame(root: ScriptRoot, at: string, { header, file }: OwnedFile): boolean {
  const kind = root.lstat(at)?.kind;
  if (file.linkTarget !== undefined)
    return kind === "symlink" && root.readlink(at) === fromText(file.linkTarget);
  if (kind !== "file") return false;
  const hash = fileHashOf(header)();
  hash.update(root.read(at));
  return hash.digests().own === file.digest;
}

/** The entries of a package where they are laid down. */
export function withFates(
  entries: readonly UnpackedEntry[],
  fates: ReadonlyMap<string, ConfigFate>,
): readonly UnpackedEntry[] {
  if (fates.size === 0) return entries;
  const laid = entries.filter(({ path }) => fates.get(path) !== "keep-present");
  const placeOf = (path: string): string => (fates.get(path) === "beside" ? path + BESIDE : path);
  // Of hard links whose file is kept out the first one that is laid down becomes the file.
  const heirs = new Map<string, UnpackedEntry>();
  const kept = new Map(entries.map((entry) => [entry.path, entry]));
  return laid.map((entry) => {
    const path = placeOf(entry.path);
    if (entry.type !== "hardlink" || entry.linkTarget === undefined) return { ...entry, path };
    const target = entry.linkTarget;
    if (fates.get(target) !== "keep-present")
      return { ...entry, path, linkTarget: placeOf(target) };
    const heir = heirs.get(target);
    if (heir !== undefined) return { ...entry, path, linkTarget: heir.path };
    const file = { ...(kept.get(target) ?? entry), path };
    heirs.set(target, file);
    return file;
  });
}

/** Where what is at a path goes, both absolute strings of bytes, for files that take its place. */
export function movesOf(
  fates: ReadonlyMap<string, ConfigFate>,
): readonly (readonly [from: string, to: string])[] {
  return [...fates].flatMap(([path, fate]) => {
    const from = fromText(`/${path}`);
    return fate === "move-present" ? [[from, from + MOVED] as const] : [];
  });
}
