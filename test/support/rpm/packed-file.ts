/** A path of a package, with what is in it. */
export interface PackedFile {
  /** Absolute. */
  readonly path: string;
  readonly type: "file" | "directory" | "symlink";
  readonly mode: number;
  readonly content?: Uint8Array;
  readonly target?: string;
}

/** When all files of packages were changed, and the packages built: the first of January 2024. */
export const BUILT = 1_704_067_200;

const TYPES = { file: 0o100000, directory: 0o040000, symlink: 0o120000 } as const;

/** Type and permissions, as a header and an archive have them. */
export function modeOf({ type, mode }: PackedFile): number {
  return TYPES[type] | mode;
}
