/** A file to begin with: content, or more about it. */
export type StartingFile =
  | string
  | { readonly content: string; readonly mode?: number; readonly mtime?: number }
  | { readonly link: string }
  | { readonly folder: true; readonly mode?: number; readonly gid?: number };

/** A command to run, and what is there before. */
export interface CommandCase {
  readonly argv: readonly [string, ...string[]];
  readonly stdin?: string;
  readonly files?: Readonly<Record<string, StartingFile>>;
  readonly umask?: number;
  /** Whether its error output is compared as well, but for the hint at `--help`. */
  readonly says?: boolean;
}
