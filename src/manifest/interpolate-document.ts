import { type Document, isAlias, isMap, isScalar, type Scalar, visit } from "yaml";
import type { Diagnostic, DiagnosticCode } from "../diagnostic.ts";
import { interpolate } from "./interpolate.ts";
import type { Locator } from "./locate.ts";
import { findSentVariables } from "./sent-values.ts";
import type { VariablePart } from "./template.ts";

/** What replacing the variables of a document left behind. */
export interface InterpolatedDocument {
  readonly problems: readonly Diagnostic[];
  /** Scalars whose text came from variables, so that the schema decides its type. */
  readonly replaced: ReadonlySet<Scalar>;
  /** Scalars whose variables have problems: whatever else is wrong with them only follows from that. */
  readonly broken: ReadonlySet<Scalar>;
}

/** Replace the variables in a document's values, in place. Keys are left as they are. */
export function interpolateDocument(request: {
  readonly document: Document.Parsed;
  readonly text: string;
  readonly environment: ReadonlyMap<string, string>;
  readonly locator: Locator;
}): InterpolatedDocument {
  const { document, text, environment, locator } = request;
  const problems: Diagnostic[] = [];
  const sources = new Map<Scalar, string>();
  const variables = new Map<Scalar, readonly VariablePart[]>();
  const broken = new Set<Scalar>();
  const report = (scalar: Scalar, code: DiagnosticCode, problem: ScalarProblem): void => {
    const { message, hint, start, end } = problem;
    const value = sources.get(scalar) ?? "";
    const [from, to] = placeOf({ scalar, value, text, start, end });
    broken.add(scalar);
    problems.push({
      severity: "error",
      code,
      message,
      hint,
      related: [],
      location: locator.range(from, to),
    });
  };
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || !textMaps.has(String(key.value))) return;
      const map = isAlias(value) ? value.resolve(document) : value;
      if (isMap(map)) keepSources(map.items);
    },
    Scalar(key, scalar) {
      const { value } = scalar;
      if (key === "key" || typeof value !== "string" || !value.includes("$")) return;
      const result = interpolate(value, environment);
      sources.set(scalar, value);
      variables.set(scalar, result.variables);
      scalar.value = result.text;
      for (const problem of result.problems) report(scalar, problem.code, problem);
    },
  });
  for (const { scalar, variable, ...parts } of findSentVariables(document, variables)) {
    report(scalar, "variable-sent-away", { ...parts, start: variable.start, end: variable.end });
    // What must not be sent is not shown either.
    scalar.value = sources.get(scalar);
  }
  return { problems, replaced: new Set(sources.keys()), broken };
}

interface ScalarProblem {
  readonly message: string;
  readonly hint: string;
  /** Offsets in the scalar's text. */
  readonly start: number;
  readonly end: number;
}

/** Maps whose values are texts, however they look. */
const textMaps: ReadonlySet<string> = new Set(["environment", "labels", "args"]);

/** `VERSION: 1.10` means the text 1.10; read as a number it would become 1.1. */
function keepSources(items: readonly { readonly value: unknown }[]): void {
  for (const { value } of items) {
    if (!isScalar(value) || value.source === undefined) continue;
    if (typeof value.value === "number" || typeof value.value === "boolean")
      value.value = value.source;
  }
}

/**
 * Where a part of a scalar's value stands in the text. Escapes, folding and indentation make the two differ, so the
 * same occurrence of the same part is looked for.
 */
function placeOf(request: {
  readonly scalar: Scalar;
  readonly value: string;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}): readonly [number, number] {
  const { scalar, value, text, start, end } = request;
  const [from, to] = scalar.range ?? [0, 1];
  const part = value.slice(start, end);
  let at = from - 1;
  for (let seen = value.indexOf(part); seen !== -1 && seen <= start;) {
    at = text.indexOf(part, at + 1);
    seen = value.indexOf(part, seen + 1);
  }
  return at < from || at + part.length > to ? [from, to] : [at, at + part.length];
}
