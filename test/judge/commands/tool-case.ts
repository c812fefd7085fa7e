/** Calls, one after the other, of a tool of dpkg or shadow that can work on another root. */
export interface ToolCase {
  readonly name: string;
  /** Empty files to begin with, and a folder for each with a slash at its end. */
  readonly files: readonly string[];
  /** Files with what they hold. */
  readonly texts?: Readonly<Record<string, string>>;
  readonly calls: readonly (readonly [string, ...string[]])[];
}
