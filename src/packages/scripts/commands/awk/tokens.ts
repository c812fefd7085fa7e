import { AwkError } from "./tree.ts";
import { unescapedAwk } from "./escapes.ts";

export interface AwkToken {
  readonly type:
    | "number"
    | "text"
    | "regex"
    | "name"
    | "function"
    | "keyword"
    | "operator"
    | "newline"
    | "end";
  readonly text: string;
  /** Whether a space or the like is in front. */
  readonly isApart: boolean;
}

const KEYWORDS = new Set([
  "BEGIN",
  "END",
  "break",
  "continue",
  "delete",
  "do",
  "else",
  "exit",
  "for",
  "function",
  "func",
  "getline",
  "if",
  "in",
  "next",
  "nextfile",
  "print",
  "printf",
  "return",
  "while",
]);
const OPERATORS =
  /(?:\*\*=|\*\*|\+\+|--|\+=|-=|\*=|\/=|%=|\^=|==|<=|>=|!=|&&|\|\||>>|[-+*/%^!<>|?:~$=(){}[\],;])/y;
/** Behind these a slash divides; elsewhere it opens an expression. */
const ENDS_OPERAND = new Set([")", "]", "$", "++", "--"]);

/** A program of awk in tokens. Throws `AwkError`. */
export function tokensOf(source: string): readonly AwkToken[] {
  const tokens: AwkToken[] = [];
  let at = 0;
  let isApart = false;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(source)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const push = (type: AwkToken["type"], text: string): void => {
    tokens.push({ type, text, isApart });
    isApart = false;
  };
  while (at < source.length) {
    if (take(/(?:[ \t\r]|\\\r?\n|#[^\n]*)+/y) !== undefined) {
      isApart = true;
      continue;
    }
    if (source[at] === "\n") {
      at++;
      push("newline", "\n");
      continue;
    }
    if (source[at] === '"') {
      push("text", readQuoted());
      continue;
    }
    if (source[at] === "/" && !isBehindOperand(tokens.at(-1))) {
      push("regex", readRegex());
      continue;
    }
    const number = take(/(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/y);
    if (number !== undefined) {
      push("number", number);
      continue;
    }
    const word = take(/[A-Za-z_]\w*/y);
    if (word !== undefined) {
      if (KEYWORDS.has(word)) push("keyword", word);
      else push(source[at] === "(" ? "function" : "name", word);
      continue;
    }
    const operator = take(OPERATORS);
    if (operator === undefined) throw new AwkError(`unexpected character '${source[at] ?? ""}'`);
    push("operator", operator.replace("**", "^"));
  }
  push("newline", "\n");
  push("end", "");
  return tokens;

  function readQuoted(): string {
    const quoted = take(/"(?:[^"\\\n]|\\[^])*"/y);
    if (quoted === undefined) throw new AwkError("runaway string constant");
    return unescapedAwk(quoted.slice(1, -1));
  }

  function readRegex(): string {
    const regex = take(
      /\/(?:[^/\\\n[]|\\[^\n]|\[\^?\]?(?:[^\]\\\n[]|\\[^\n]|\[[:.=][^\]\n]*\]|\[)*\])*\//y,
    );
    if (regex === undefined) throw new AwkError("runaway regular expression");
    return regex.slice(1, -1).replaceAll("\\/", "/");
  }
}

function isBehindOperand(token: AwkToken | undefined): boolean {
  if (token === undefined) return false;
  if (token.type === "number" || token.type === "text" || token.type === "name") return true;
  return token.type === "operator" && ENDS_OPERAND.has(token.text);
}
