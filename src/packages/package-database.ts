/** How an image says itself which packages it holds. */
export interface PackageDatabase {
  /** Of its file, without a leading slash. */
  readonly path: string;
  /** Versions by `name:architecture` of the packages that the file's text calls installed. */
  read(text: string): ReadonlyMap<string, string>;
}
