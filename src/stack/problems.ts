import type { Diagnostic, DiagnosticCode, Location, RelatedLocation } from "../diagnostic.ts";
import type { DocumentPath, Locator } from "../manifest/text/locate.ts";
import { nearest } from "../nearest.ts";

/** Collects what resolving finds wrong. */
export interface Problems {
  readonly list: readonly Diagnostic[];
  add(code: DiagnosticCode, location: Location, parts: ProblemParts): void;
  /** A name that refers to nothing, with the nearest one that exists. */
  addUnknown(request: UnknownName): void;
}

interface ProblemParts {
  readonly message: string;
  readonly hint?: string | undefined;
  readonly related?: readonly RelatedLocation[];
}

interface UnknownName {
  readonly code: DiagnosticCode;
  readonly noun: string;
  readonly name: string;
  /** Where it is used. */
  readonly path: DocumentPath;
  /** Where such names are defined: `["images"]`. */
  readonly home: DocumentPath;
  readonly known: Iterable<string>;
  /** What to do, where the name itself tells what was meant. */
  readonly advice?: string | undefined;
}

export function createProblems(locator: Locator): Problems {
  const list: Diagnostic[] = [];
  const add: Problems["add"] = (code, location, { message, hint, related = [] }) => {
    list.push({
      severity: "error",
      code,
      message,
      location,
      related,
      ...(hint === undefined ? {} : { hint }),
    });
  };
  return {
    list,
    add,
    addUnknown: ({ code, noun, name, path, home, known, advice }) => {
      const names = [...known];
      const suggestion = nearest(name, names);
      const place = suggestion === undefined ? undefined : locator.key([...home, suggestion]);
      const hint =
        advice ??
        (place === undefined
          ? names.length === 0
            ? `No ${noun.toLowerCase()} is defined.`
            : `Defined are: ${names.join(", ")}.`
          : `Did you mean "${suggestion}"? It is defined at ${place.file}:${place.line}:${place.column}.`);
      add(code, locator.value(path), { message: `${noun} "${name}" is not defined.`, hint });
    },
  };
}
