import type { Redirection, Word } from "../tree.ts";

export const keywords = [
  "!",
  "case",
  "do",
  "done",
  "elif",
  "else",
  "esac",
  "fi",
  "for",
  "if",
  "in",
  "then",
  "until",
  "while",
  "{",
  "}",
] as const;

export type Keyword = (typeof keywords)[number];

const keywordSet: ReadonlySet<string> = new Set(keywords);

export function isKeyword(text: string): text is Keyword {
  return keywordSet.has(text);
}

export type Operator = "newline" | "&" | "&&" | "|" | "||" | ";" | ";;" | "(" | ")";

export type Token =
  | { readonly type: Operator | Keyword | "end" }
  | { readonly type: "word"; readonly word: Word }
  | { readonly type: "redirection"; readonly redirection: RedirectionStart };

/** A redirection of which the word is still to come. */
export interface RedirectionStart {
  readonly type: Redirection["type"];
  readonly descriptor: number;
  /** `<<-` */
  readonly stripsTabs: boolean;
}

/** Tokens at which a list ends by itself. */
const listEnds: ReadonlySet<Token["type"]> = new Set([
  "end",
  ";;",
  ")",
  "do",
  "done",
  "elif",
  "else",
  "esac",
  "fi",
  "then",
  "}",
]);

export function endsList(type: Token["type"]): boolean {
  return listEnds.has(type);
}

/** As dash writes a token in a message. */
export function tokenName(type: Token["type"]): string {
  switch (type) {
    case "end":
      return "end of file";
    case "newline":
    case "redirection":
    case "word":
      return type;
    default:
      return `"${type}"`;
  }
}
