/** What cannot be part of an image, and what the image will not have as it is on the disk. */
export type RemarkKind = "whiteout" | "name-bytes" | "target-bytes" | "special" | "mode" | "sparse";

/** Something about one path below a tree of `files`. */
export interface FileRemark {
  readonly kind: RemarkKind;
  /**
   * The absolute path on the host, for the reader: bytes that are not UTF-8 are written as `\xe9`.
   */
  readonly source: string;
  /** What to say behind the path, such as `0600 becomes 0644`. */
  readonly note?: string;
}

/** Remarks of one kind in a few words. */
export interface RemarkSummary {
  readonly kind: RemarkKind;
  /** A file cannot be in an image at all. */
  readonly isError: boolean;
  readonly message: string;
  readonly hint: string;
}

interface Wording {
  readonly isError: boolean;
  readonly title: string;
  readonly hint: string;
}

const wordings: Readonly<Record<RemarkKind, Wording>> = {
  whiteout: {
    isError: true,
    title: "Whiteouts, which would remove files from the layers below",
    hint: 'Rename the file: no name in an image begins with ".wh.".',
  },
  "name-bytes": {
    isError: true,
    title: "Names that are not UTF-8",
    hint: "Rename the file, or `convmv -f latin1 -t utf8 --notest -r FOLDER` for a whole folder.",
  },
  "target-bytes": {
    isError: true,
    title: "Links to a name that is not UTF-8",
    hint: "Rename what the link leads to, and make the link anew.",
  },
  special: {
    isError: true,
    title: "Neither a file, a folder nor a link",
    hint: "Remove it from the folder that `files` names.",
  },
  mode: {
    isError: false,
    title:
      "Modes that the image will not have, since only the executable bit is taken over, as git does",
    hint: "Give a file an entry of its own under `files`, with `mode`; list a folder under `directories`.",
  },
  sparse: {
    isError: false,
    title: "Sparse files, of which the image will hold every byte",
    hint: "Leave it out, and have the service make it when it starts.",
  },
};

/** How many paths of a kind are named. */
const namedPaths = 5;

/** One summary a kind, errors first. */
export function summarizeRemarks(
  remarks: readonly FileRemark[],
  displayPath: (absolutePath: string) => string,
): readonly RemarkSummary[] {
  const groups = Map.groupBy(remarks, ({ kind }) => kind);
  return [...groups]
    .map(([kind, group]) => {
      const { title, ...rest } = wordings[kind];
      const named = group
        .slice(0, namedPaths)
        .map(({ source, note }) => displayPath(source) + (note === undefined ? "" : ` ${note}`));
      const left = group.length - named.length;
      const more = left > 0 ? `, and ${left} more` : "";
      return { kind, ...rest, message: `${title}: ${named.join(", ")}${more}.` };
    })
    .toSorted((one, other) => Number(other.isError) - Number(one.isError));
}

/**
 * Whether an image should rather not hold a file whose bytes are mostly not there. Small ones harm
 * nobody.
 */
export function isSparse(sizeBytes: number, allocatedBytes: number): boolean {
  return sizeBytes >= 16 * 1024 * 1024 && allocatedBytes < sizeBytes / 2;
}

/**
 * What of a mode is lost and was meant: bits that its folder's checkout did not give to everything.
 * A umask shows in all files alike, and in the tree's root; so a file that others cannot read is
 * worth a word only where they can read the root.
 */
export function lostMode(
  mode: number,
  { root, type, kept }: { root: number; type: "file" | "directory"; kept: number },
): string | undefined {
  const special = mode & ~root & 0o7000;
  const forbidden = root & ~mode & (type === "file" ? 0o044 : 0o055);
  const open = type === "directory" ? mode & ~root & 0o002 : 0;
  if ((special | forbidden | open) === 0 || mode === kept) return undefined;
  return `${octal(mode)} becomes ${octal(kept)}`;
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}
