import { type Document, isMap, isScalar, type Scalar, visit } from "yaml";
import type { Diagnostic } from "../diagnostic.ts";
import { interpolate } from "./interpolate.ts";
import type { Locator } from "./locate.ts";

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
  const replaced = new Set<Scalar>();
  const broken = new Set<Scalar>();
  visit(document, {
    Pair(_, { key, value }) {
      if (isScalar(key) && textMaps.has(String(key.value)) && isMap(value))
        keepSources(value.items);
    },
    Scalar(key, scalar) {
      const { value } = scalar;
      if (key === "key" || typeof value !== "string" || !value.includes("$")) return;
      const result = interpolate(value, environment);
      for (const { code, message, hint, start, end } of result.problems) {
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
      }
      replaced.add(scalar);
      scalar.value = result.text;
    },
  });
  return { problems, replaced, broken };
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
