/** The macros that a script may ask for. */
export interface RpmMacros {
  /** A text with its macros replaced. Throws `NeedsMore` for what is not known here. */
  readonly expand: (text: string) => string;
  readonly isDefined: (name: string) => boolean;
}
