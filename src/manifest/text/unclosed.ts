import { CST, Lexer } from "yaml";

/** A bracket or a quote of YAML that nothing closes. */
export interface Unclosed {
  readonly offset: number;
  readonly opening: "[" | "{" | '"' | "'";
}

/**
 * The bracket or quote that is never closed. The parser says so only where it gives up, which may
 * be many lines below. Undefined where all are closed.
 */
export function findUnclosed(text: string): Unclosed | undefined {
  const open: Unclosed[] = [];
  const unclosed: Unclosed[] = [];
  let offset = 0;
  for (const source of new Lexer().lex(text)) {
    // The lexer puts a mark where a bracket is missing; it is no character of the text.
    if (source === CST.FLOW_END) {
      const opening = open.pop();
      if (opening !== undefined) unclosed.push(opening);
    }
    if (source === CST.FLOW_END || source === CST.DOCUMENT || source === CST.SCALAR) continue;
    const [first] = source;
    if (source === "[" || source === "{") open.push({ offset, opening: source });
    else if (source === "]" || source === "}") open.pop();
    else if ((first === '"' || first === "'") && !isClosed(source)) {
      unclosed.push({ offset, opening: first });
    }
    offset += source.length;
  }
  // A quote that is open takes in the brackets that would close those around it.
  const quote = unclosed.find(({ opening }) => opening === '"' || opening === "'");
  return quote ?? [...unclosed, ...open].toSorted((a, b) => a.offset - b.offset)[0];
}

function isClosed(quoted: string): boolean {
  return (
    CST.tokenType(quoted) === null || /^(?:"(?:[^"\\]|\\[\s\S])*"|'(?:[^']|'')*')$/.test(quoted)
  );
}
