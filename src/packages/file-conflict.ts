/**
 * A file that two packages install with different content, neither of which may take the other's
 * place.
 */
export interface FileConflict {
  /** Absolute. */
  readonly path: string;
  /** Names of the packages. */
  readonly first: string;
  readonly second: string;
}

/** The packages that an image adds to its parent, as files. */
export interface ImagePackages {
  readonly image: string;
  readonly parent: string | undefined;
  readonly packages: readonly { readonly name: string; readonly file: string }[];
  /** Absolute paths whose subtrees are left out of the image. */
  readonly exclude: readonly string[];
}
