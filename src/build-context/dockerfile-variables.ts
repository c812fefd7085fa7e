/** Deeper than anybody nests defaults; what is deeper is kept as it is written. */
const MAXIMUM_DEPTH = 50;

/**
 * Many times what any name of an image or stage has. Each `ARG` may double the one before, so the
 * rest is cut.
 */
const MAXIMUM_LENGTH = 32_768;

/**
 * Replace `$NAME`, `${NAME}`, `${NAME:-word}` and `${NAME:+word}`, with and without the colon, also
 * inside of words; a backslash keeps the dollar. An unknown name is empty, as in the builders. The
 * result is cut at 32,768 characters.
 */
export function expandVariables(text: string, variables: ReadonlyMap<string, string>): string {
  return expand(text, { start: 0, depth: 0, variables }).expanded;
}

interface Expansion {
  readonly start: number;
  /** Above 0 the text ends at the closing brace of the word that it is. */
  readonly depth: number;
  readonly variables: ReadonlyMap<string, string>;
}

function expand(
  text: string,
  { start, depth, variables }: Expansion,
): { readonly expanded: string; readonly end: number } {
  const closing = depth > 0 ? "}" : undefined;
  let expanded = "";
  let at = start;
  for (; at < text.length && text[at] !== closing;) {
    if (text.startsWith("\\$", at)) {
      expanded = joined(expanded, "$");
      at += 2;
      continue;
    }
    const reference = readReference(text, at);
    if (reference === undefined || depth >= MAXIMUM_DEPTH) {
      expanded = joined(expanded, text.charAt(at));
      at += 1;
      continue;
    }
    at = reference.end;
    const value = variables.get(reference.name);
    if (reference.operator === undefined) {
      expanded = joined(expanded, value ?? "");
      continue;
    }
    const word = expand(text, { start: at, depth: depth + 1, variables });
    // A word without its brace goes to the end of the text, and the builder refuses the whole.
    at = word.end + 1;
    const isGiven = value !== undefined && (!reference.hasColon || value !== "");
    if (reference.operator === "-") expanded = joined(expanded, isGiven ? value : word.expanded);
    else expanded = joined(expanded, isGiven ? word.expanded : "");
  }
  return { expanded, end: at };
}

function joined(text: string, more: string): string {
  return text.length + more.length > MAXIMUM_LENGTH
    ? (text + more).slice(0, MAXIMUM_LENGTH)
    : text + more;
}

interface VariableReference {
  readonly name: string;
  /** Behind the reference, or where its word begins. */
  readonly end: number;
  readonly operator?: "-" | "+";
  readonly hasColon: boolean;
}

const REFERENCE = /\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:\}|(:?)([-+])))/uy;

function readReference(text: string, at: number): VariableReference | undefined {
  REFERENCE.lastIndex = at;
  const [match, plain, braced, colon, operator] = REFERENCE.exec(text) ?? [];
  const name = plain ?? braced;
  if (match === undefined || name === undefined) return undefined;
  return {
    name,
    end: at + match.length,
    ...(operator === "-" || operator === "+" ? { operator } : {}),
    hasColon: colon === ":",
  };
}
