import type { Capability, Conflict, Relation, VersionOperator } from "../package-index.ts";

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

function parseAtom(text: string): Capability {
  const match = ATOM.exec(text);
  if (match === null) throw new SyntaxError(`"${text}" is not a package relation`);
  const [, name = "", operator, version] = match;
  if (operator === undefined || version === undefined) return { name };
  return { name, constraint: { operator: toOperator(operator), version } };
}

/** The packages that a field of conflicts names; they have no alternatives. */
export function parseConflicts(field: string, verb: Conflict["verb"]): readonly Conflict[] {
  return parseRelations(field).flatMap(({ text, alternatives }) =>
    alternatives.map((excluded) => ({ text, excluded, verb })),
  );
}

/** What a `Provides` field names. */
export function parseProvides(field: string): readonly Capability[] {
  return parseRelations(field).flatMap(({ alternatives }) => alternatives);
}

function toOperator(text: string): VersionOperator {
  switch (text) {
    case "<<":
      return "<";
    case ">>":
      return ">";
    case "=":
      return "=";
    // Policy 7.1: the single signs are obsolete spellings of "or equal".
    case "<":
    case "<=":
      return "<=";
    default:
      return ">=";
  }
}
