/** Something that a script would have made which was undone. */
export interface LeftEffect {
  /**
   * `missing`: a program, a library, a configuration or data may lack; `cache`: something works
   * without, or more slowly.
   */
  readonly grade: "missing" | "cache";
  /** In words, such as `the link /usr/bin/vi`. */
  readonly text: string;
}
