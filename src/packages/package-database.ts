/** How an image says itself which packages it holds. */
export interface PackageDatabase {
  /** Of its file, without a leading slash. */
  readonly path: string;
  /**
   * Versions by `name:architecture` of the packages that the file calls installed. It may be of any
   * image: what cannot be read in it is passed over.
   */
  read(file: Uint8Array): ReadonlyMap<string, string>;
}
