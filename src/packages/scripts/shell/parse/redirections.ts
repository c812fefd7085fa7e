import type { HereBody, Node, Redirection, Word } from "../tree.ts";
import { AFTER_COMPOUND, NOTHING, type TokenStream } from "./token-stream.ts";
import type { RedirectionStart } from "./tokens.ts";

/** A compound command with the redirections behind it. */
export function redirected(tokens: TokenStream, node: Node | undefined, line: number): Node {
  const redirections = readRedirections(tokens);
  if (redirections.length === 0 && node !== undefined) return node;
  return { type: "redirected", node, redirections, line };
}

/** Redirections up to another token, which is left. */
export function readRedirections(tokens: TokenStream): readonly Redirection[] {
  const redirections: Redirection[] = [];
  for (;;) {
    const token = tokens.next(AFTER_COMPOUND);
    if (token.type !== "redirection") {
      tokens.push(token);
      return redirections;
    }
    redirections.push(readRedirection(tokens, token.redirection));
  }
}

/** A redirection, of which the operator is read. */
export function readRedirection(tokens: TokenStream, start: RedirectionStart): Redirection {
  const { line } = tokens;
  const { descriptor, type, stripsTabs } = start;
  const isDelimiter = type === "here-document";
  const token = tokens.next(NOTHING, isDelimiter);
  if (token.type !== "word") return tokens.unexpected(token);
  const { word } = token;
  if (type !== "here-document") return { type, descriptor, line, target: word };
  const body: HereBody = { word: undefined, isLiteral: word.isQuoted };
  const delimiter = textOf(word);
  tokens.awaitDocument({ body, delimiter, stripsTabs });
  return { type, descriptor, line, body };
}

/** The text of a delimiter, its quotes removed. */
function textOf(word: Word): string {
  let text = "";
  for (const part of word.parts) {
    if (part.type === "text") text += part.text;
    if (part.type === "quoted") {
      for (const inner of part.parts) if (inner.type === "text") text += inner.text;
    }
  }
  return text;
}
