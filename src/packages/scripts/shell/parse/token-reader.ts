import { isDigit } from "./characters.ts";
import { END, type Reader } from "./reader.ts";
import type { RedirectionStart, Token } from "./tokens.ts";
import { type Grammar, WordReader } from "./word-reader.ts";

const COMMENT_END = /\n/g;

/** The next token of a script. A delimiter of a here-document is a word without expansions. */
export function readToken(grammar: Grammar, isDelimiter: boolean): Token {
  const { reader, dialect } = grammar;
  for (;;) {
    const char = reader.getJoined();
    switch (char) {
      case " ":
      case "\t":
        continue;
      case "#":
        reader.takeUntil(COMMENT_END);
        continue;
      case "\n":
        reader.line++;
        return { type: "newline" };
      case END:
        reader.back();
        return { type: "end" };
      case "&":
        if (dialect === "bash" && reader.startsWith(">")) {
          reader.skip(1);
          const isAppended = follows(reader, ">");
          return redirection({ type: isAppended ? "append-both" : "both", descriptor: 1 });
        }
        return { type: follows(reader, "&") ? "&&" : "&" };
      case "|":
        return { type: follows(reader, "|") ? "||" : "|" };
      case ";":
        return { type: follows(reader, ";") ? ";;" : ";" };
      case "(":
      case ")":
        return { type: char };
      default:
        reader.back();
        return readWord(grammar, isDelimiter);
    }
  }
}

function readWord(grammar: Grammar, isDelimiter: boolean): Token {
  const { reader } = grammar;
  const builder = new WordReader(grammar, { isDelimiter }).word();
  const digit = builder.descriptorText;
  if (digit !== undefined) {
    const char = reader.getJoined();
    if (char === "<" || char === ">") return readRedirection(grammar, char, digit);
    reader.back();
  }
  return { type: "word", word: builder.finish() };
}

function readRedirection({ reader, dialect }: Grammar, char: "<" | ">", digit: string): Token {
  const descriptor = isDigit(digit) ? Number(digit) : Number(char === ">");
  const next = reader.getJoined();
  if (char === ">") {
    if (next === ">") return redirection({ type: "append", descriptor });
    if (next === "|") return redirection({ type: "clobber", descriptor });
    if (next === "&") return redirection({ type: "duplicate", descriptor });
    reader.back();
    return redirection({ type: "write", descriptor });
  }
  if (next === "&") return redirection({ type: "duplicate", descriptor });
  if (next === ">") return redirection({ type: "read-write", descriptor });
  if (next !== "<") {
    reader.back();
    return redirection({ type: "read", descriptor });
  }
  if (dialect === "bash" && follows(reader, "<")) {
    return redirection({ type: "here-string", descriptor });
  }
  return redirection({ type: "here-document", descriptor, stripsTabs: follows(reader, "-") });
}

function redirection(
  start: Omit<RedirectionStart, "stripsTabs"> & { readonly stripsTabs?: boolean },
): Token {
  return { type: "redirection", redirection: { stripsTabs: false, ...start } };
}

/** Whether a character comes next, which is then read. */
function follows(reader: Reader, wanted: string): boolean {
  if (reader.getJoined() === wanted) return true;
  reader.back();
  return false;
}
