/** What a byte must be: 256 entries, 1 for each byte that fits. */
export type ByteSet = Uint8Array;

export type AssertionKind =
  | "line-start"
  | "line-end"
  | "buffer-start"
  | "buffer-end"
  | "word-boundary"
  | "inside-word"
  | "word-start"
  | "word-end";

/** A regular expression, read. */
export type RegexNode =
  | { readonly type: "set"; readonly set: ByteSet }
  | { readonly type: "sequence"; readonly items: readonly RegexNode[] }
  | { readonly type: "choice"; readonly options: readonly RegexNode[] }
  | {
      readonly type: "repeat";
      readonly item: RegexNode;
      readonly least: number;
      /** Infinity when there is no bound. */
      readonly most: number;
    }
  /** Counted from 1, by opening parentheses. */
  | { readonly type: "group"; readonly index: number; readonly item: RegexNode }
  | { readonly type: "reference"; readonly index: number }
  | { readonly type: "assertion"; readonly kind: AssertionKind };

/** A regular expression is wrong. The message is that of the GNU C library. */
export class RegexError extends Error {
  override readonly name = "RegexError";
}
