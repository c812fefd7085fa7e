/** A word as it stands in a script: its parts side by side. */
export interface Word {
  readonly parts: readonly Part[];
  /** The text, where the word is nothing but unquoted text that stands for itself. */
  readonly plain: string | undefined;
  /** Whether any of it was quoted, as a here-document's delimiter asks. */
  readonly isQuoted: boolean;
}

export type Part =
  | TextPart
  | { readonly type: "quoted"; readonly parts: readonly Part[] }
  | ParameterPart
  | { readonly type: "command"; readonly body: Node | undefined }
  | { readonly type: "arithmetic"; readonly expression: Word };

/** Literal text. `pattern` is the same with quoted characters marked: see quoting.ts. */
export interface TextPart {
  readonly type: "text";
  readonly text: string;
  readonly pattern: string;
  readonly isQuoted: boolean;
}

export type ParameterOperator =
  | "value"
  | "length"
  | "default"
  | "assign"
  | "error"
  | "alternative"
  | "trim-shortest-suffix"
  | "trim-longest-suffix"
  | "trim-shortest-prefix"
  | "trim-longest-prefix"
  | "bad"
  | BashParameterOperator;

/** `${x/a/b}`, `${x:1:2}`, `${x^^}` and the like, for scripts of bash. */
export type BashParameterOperator =
  | "replace"
  | "slice"
  | "upper"
  | "upper-first"
  | "lower"
  | "lower-first"
  | "indirect"
  | "keys";

export interface ParameterPart {
  readonly type: "parameter";
  readonly name: string;
  readonly operator: ParameterOperator;
  /** The colon of `:-`: an empty value counts as none. */
  readonly isNullUnset: boolean;
  readonly word: Word | undefined;
  /** The second operand of `${x/a/b}` and `${x:1:2}`. */
  readonly second?: Word | undefined;
  /** `all`: every match is replaced; `prefix` and `suffix` are anchored. */
  readonly replaces?: "first" | "all" | "prefix" | "suffix";
  /** `$name` without braces, which ends where no name goes on. */
  readonly isBare?: boolean;
  /** `x[…]` of bash. */
  readonly index?: Word | "@" | "*" | undefined;
}

export type Redirection = { readonly descriptor: number; readonly line: number } & (
  | {
      readonly type:
        | "read"
        | "write"
        | "clobber"
        | "append"
        | "read-write"
        | "duplicate"
        | "both"
        | "append-both";
      readonly target: Word;
    }
  | { readonly type: "here-document"; readonly body: HereBody }
  | { readonly type: "here-string"; readonly target: Word }
);

/** Its text comes after the line that it is named on. */
export interface HereBody {
  word: Word | undefined;
  /** A quoted delimiter: nothing in it is expanded. */
  readonly isLiteral: boolean;
}

export type Node =
  | SimpleNode
  | { readonly type: "list"; readonly items: readonly Node[] }
  | {
      readonly type: "and-or";
      readonly first: Node;
      readonly rest: readonly { readonly operator: "&&" | "||"; readonly node: Node }[];
    }
  | { readonly type: "pipeline"; readonly commands: readonly Node[] }
  | { readonly type: "not"; readonly node: Node }
  | { readonly type: "background"; readonly node: Node; readonly line: number }
  | {
      readonly type: "subshell";
      readonly body: Node | undefined;
      readonly redirections: readonly Redirection[];
      readonly line: number;
    }
  | {
      readonly type: "redirected";
      readonly node: Node | undefined;
      readonly redirections: readonly Redirection[];
      readonly line: number;
    }
  | {
      readonly type: "if";
      readonly condition: Node | undefined;
      readonly body: Node | undefined;
      readonly otherwise: Node | undefined;
    }
  | {
      readonly type: "loop";
      readonly isUntil: boolean;
      readonly condition: Node | undefined;
      readonly body: Node | undefined;
    }
  | {
      readonly type: "for";
      readonly variable: string;
      /** Undefined: the parameters. */
      readonly words: readonly Word[] | undefined;
      readonly body: Node | undefined;
      readonly line: number;
    }
  | {
      readonly type: "case";
      readonly subject: Word;
      readonly branches: readonly CaseBranch[];
      readonly line: number;
    }
  | {
      readonly type: "function";
      readonly name: string;
      readonly body: Node | undefined;
      readonly line: number;
    }
  | { readonly type: "condition"; readonly words: readonly ConditionWord[]; readonly line: number }
  | { readonly type: "arithmetic"; readonly expression: Word; readonly line: number };

export interface CaseBranch {
  readonly patterns: readonly Word[];
  readonly body: Node | undefined;
}

/** A word of `[[ … ]]`, which knows operators by how they are written. */
export interface ConditionWord {
  readonly word: Word;
  /** The text of an operator; undefined for an operand. */
  readonly operator: string | undefined;
}

export interface SimpleNode {
  readonly type: "simple";
  readonly assignments: readonly Assignment[];
  readonly words: readonly Word[];
  readonly redirections: readonly Redirection[];
  readonly line: number;
}

/** `name=value`, and `name+=value` or `name=(…)` of bash. */
export interface Assignment {
  readonly name: string;
  readonly value: Word;
  readonly isAppended: boolean;
  readonly index?: Word | undefined;
  readonly elements?: readonly Word[] | undefined;
}
