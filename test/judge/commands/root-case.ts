/** Calls of tools that know only the root that they are in. */
export interface RootCase {
  readonly name: string;
  /** Only what is in these counts, and they hold nothing but the files of the case. */
  readonly folders: readonly string[];
  /** By their paths; with a slash at its end a folder. */
  readonly files: Readonly<Record<string, string>>;
  readonly calls: readonly (readonly [string, ...string[]])[];
  /** The original writes lines in the order of a Perl hash: they are compared sorted. */
  readonly isSorted?: true;
}
