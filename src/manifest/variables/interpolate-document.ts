import { type Document, type Scalar, visit } from "yaml";
import { type Diagnostic, errorAt, type Location } from "../../diagnostic.ts";
import { interpolate, ValueRoom } from "./interpolate.ts";
import type { TextPlaces } from "../text/locate.ts";
import type { VariablePart } from "./template.ts";

/** A scalar whose text came from variables. */
export interface ReplacedScalar {
  /** Its text as it was written. */
  readonly written: string;
  /** Every variable that it names. */
  readonly variables: readonly VariablePart[];
  /** The place of a part of what was written, by its offsets there. */
  readonly placeOf: (start: number, end: number) => Location;
}

/** What replacing the variables of a document left behind. */
export interface InterpolatedDocument {
  readonly problems: readonly Diagnostic[];
  /** The scalars that held variables. The schema decides their types. */
  readonly replaced: ReadonlyMap<Scalar, ReplacedScalar>;
  /**
   * Scalars whose variables have problems: whatever else is wrong with them only follows from that.
   */
  readonly broken: ReadonlySet<Scalar>;
}

/** Replace the variables in a document's values, in place. Keys are left as they are. */
export function interpolateDocument(request: {
  readonly document: Document.Parsed;
  readonly text: string;
  readonly environment: ReadonlyMap<string, string>;
  readonly places: TextPlaces;
}): InterpolatedDocument {
  const { document, text, environment, places } = request;
  const problems: Diagnostic[] = [];
  const replaced = new Map<Scalar, ReplacedScalar>();
  const broken = new Set<Scalar>();
  const room = new ValueRoom();
  visit(document, {
    Scalar(key, scalar) {
      const { value: written } = scalar;
      if (key === "key" || typeof written !== "string" || !written.includes("$")) return;
      const result = interpolate(written, environment, room);
      const placeOf = (start: number, end: number): Location =>
        places.range(...rangeOf({ scalar, written, text, start, end }));
      replaced.set(scalar, { written, variables: result.variables, placeOf });
      scalar.value = result.text;
      if (result.problems.length > 0) broken.add(scalar);
      for (const { code, message, hint, start, end } of result.problems)
        problems.push(errorAt(placeOf(start, end), code, { message, hint }));
    },
  });
  return { problems, replaced, broken };
}

/**
 * Where a part of a scalar's value stands in the text. Escapes, folding and indentation make the
 * two differ, so the same occurrence of the same part is looked for.
 */
function rangeOf(request: {
  readonly scalar: Scalar;
  readonly written: string;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}): readonly [number, number] {
  const { scalar, written, text, start, end } = request;
  const [from, to] = scalar.range ?? [0, 1];
  const part = written.slice(start, end);
  let at = from - 1;
  for (let seen = written.indexOf(part); seen !== -1 && seen <= start;) {
    at = text.indexOf(part, at + 1);
    seen = written.indexOf(part, seen + 1);
  }
  return at < from || at + part.length > to ? [from, to] : [at, at + part.length];
}
