import { visible } from "../visible.ts";

/**
 * One path of an image as far as it is known; a field that is absent on one side is not compared.
 */
export interface ComparableFile {
  readonly path: string;
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly linkTarget?: string;
  readonly digest?: string;
  /** Seconds since 1970. */
  readonly mtime?: number;
}

export type ComparableFiles = ReadonlyMap<string, ComparableFile>;

/** Of several at one path the last. */
export function byPath<File extends { readonly path: string }>(
  files: Iterable<File>,
): ReadonlyMap<string, File> {
  return new Map(Iterator.from(files).map((file) => [file.path, file]));
}

/**
 * In what two images or layers differ, one line for each path and field, sorted by path. `names`
 * says of which of the two a value is, in words that follow it. Which of several hard links holds
 * the file is no difference: each of them is compared as the file.
 */
export function compareFiles(
  before: ComparableFiles,
  after: ComparableFiles,
  names: readonly [before: string, after: string],
): readonly string[] {
  const [first, second] = [withoutLinks(before), withoutLinks(after)];
  const paths = [...new Set([...first.keys(), ...second.keys()])].toSorted();
  return paths.flatMap((path) => {
    const [one, other] = [first.get(path), second.get(path)];
    const name = `/${visible(path)}`;
    if (one === undefined) return [`${name}: ${names[1]} only`];
    if (other === undefined) return [`${name}: ${names[0]} only`];
    return fields.flatMap(([field, read]) => {
      const [left, right] = [read(one), read(other)];
      if (left === undefined || right === undefined || left === right) return [];
      return [`${name}: ${field} ${left} ${names[0]}, ${right} ${names[1]}`];
    });
  });
}

type Field = readonly [name: string, read: (file: ComparableFile) => string | undefined];

const fields: readonly Field[] = [
  ["type", ({ type }) => type],
  [
    "mode",
    ({ type, mode }) => (type === "symlink" ? undefined : mode.toString(8).padStart(4, "0")),
  ],
  ["owner", ({ uid, gid }) => `${uid}:${gid}`],
  ["link", ({ linkTarget }) => (linkTarget === undefined ? undefined : visible(linkTarget))],
  ["size", ({ type, size }) => (type === "file" ? String(size) : undefined)],
  ["content", ({ digest }) => digest?.slice(0, "sha256:".length + 12)],
  ["mtime", ({ mtime }) => (mtime === undefined ? undefined : String(mtime))],
];

function withoutLinks(files: ComparableFiles): ComparableFiles {
  const result = new Map<string, ComparableFile>();
  for (const [path, file] of files) {
    const target = file.type === "hardlink" ? files.get(file.linkTarget ?? "") : undefined;
    result.set(path, target === undefined ? file : { ...target, path });
  }
  return result;
}
