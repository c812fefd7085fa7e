import type { VersionOperator } from "./version.ts";

/** One alternative of a relation: `libc6 (>= 2.36)`. */
export interface Atom {
  readonly name: string;
  readonly constraint?: { readonly operator: VersionOperator; readonly version: string };
}

/** Alternatives of which one must hold, with the text as the package writes it. */
export interface Relation {
  readonly text: string;
  readonly alternatives: readonly Atom[];
}

const ATOM =
  /^([a-z0-9][a-z0-9+.-]*)(?::[a-z0-9-]+)?\s*(?:\(\s*(<<|<=|=|>=|>>|<|>)\s*([^\s)]+)\s*\))?\s*(?:\[[^\]]*\])?\s*(?:<[^>]*>)*$/i;

/**
 * Parse a dependency field of a binary package: groups separated by commas, alternatives by bars.
 * Architecture qualifiers (`:any`) are dropped, since an image holds one architecture.
 *
 * Source: deb-control(5), Debian Policy 7.1. Throws on text that is not a relation.
 */
export function parseRelations(field: string): readonly Relation[] {
  const relations: Relation[] = [];
  for (const group of field.split(",")) {
    const text = group.trim().replace(/\s+/g, " ");
    if (text === "") continue;
    relations.push({ text, alternatives: text.split("|").map((atom) => parseAtom(atom.trim())) });
  }
  return relations;
}

function parseAtom(text: string): Atom {
  const match = ATOM.exec(text);
  if (match === null) throw new SyntaxError(`"${text}" is not a package relation`);
  const [, name = "", operator, version] = match;
  if (operator === undefined || version === undefined) return { name };
  return { name, constraint: { operator: toOperator(operator), version } };
}

function toOperator(text: string): VersionOperator {
  switch (text) {
    case "<<":
    case "<=":
    case "=":
    case ">=":
    case ">>":
      return text;
    // Policy 7.1: the single signs are obsolete spellings of "or equal".
    case "<":
      return "<=";
    default:
      return ">=";
  }
}
