import type { Regex } from "../../regex/regex.ts";

/** An expression, or the last one that was used, which an empty one stands for. */
export type SedPattern = Regex | "last";

export type SedAddress =
  | { readonly type: "line"; readonly line: number }
  | { readonly type: "last" }
  | { readonly type: "pattern"; readonly pattern: SedPattern }
  /** Each `step`th line from `first` on. */
  | { readonly type: "step"; readonly first: number; readonly step: number }
  /** As a second address: so many lines more. */
  | { readonly type: "more"; readonly lines: number }
  /** As a second address: to the next line whose number is a multiple. */
  | { readonly type: "multiple"; readonly of: number };

export type ReplacementPart =
  | { readonly type: "text"; readonly text: string }
  /** 0 is the whole match. */
  | { readonly type: "group"; readonly index: number }
  | {
      readonly type: "case";
      readonly change: "upper" | "lower" | "upper-one" | "lower-one" | "end";
    };

export interface Substitution {
  readonly pattern: SedPattern;
  readonly replacement: readonly ReplacementPart[];
  readonly isGlobal: boolean;
  /** Which match is the first that is replaced. */
  readonly occurrence: number;
  readonly prints: boolean;
  readonly file?: string;
}

/** What a command does; addresses are kept beside it. */
export type SedAction =
  | { readonly type: "open"; readonly end: number }
  | { readonly type: "close" }
  | { readonly type: "text"; readonly where: "after" | "before" | "instead"; readonly text: string }
  | {
      readonly type: "jump";
      readonly when: "always" | "replaced" | "not-replaced";
      readonly to: number;
    }
  | { readonly type: "quit"; readonly prints: boolean; readonly status: number }
  | { readonly type: "read"; readonly file: string }
  | { readonly type: "write"; readonly file: string; readonly isFirstLine: boolean }
  | { readonly type: "substitute"; readonly substitution: Substitution }
  | { readonly type: "translate"; readonly map: ReadonlyMap<string, string> }
  /** A command of one letter without anything behind it. */
  | { readonly type: "letter"; readonly letter: string };

export interface SedCommand {
  readonly addresses: readonly SedAddress[];
  readonly isNegated: boolean;
  readonly action: SedAction;
  /** Whether a range is under way, and where it ends when that is known. */
  range: { readonly end: number | undefined } | undefined;
}

/** A script is wrong. */
export class SedError extends Error {
  override readonly name = "SedError";
}
