import type { DiagnosticCode } from "./diagnostic.ts";
import type { ErrorCode } from "./error.ts";
import { diagnosticExplanations } from "./explanations/diagnostics.ts";
import { errorExplanations } from "./explanations/errors.ts";
import type { Explanation } from "./explanations/explanation.ts";

/**
 * What each code means and what to do about it, by code. `qclock explain` and docs/errors.md show
 * it.
 */
export const explanations: ReadonlyMap<DiagnosticCode | ErrorCode, Explanation> = new Map([
  ...entries(diagnosticExplanations),
  ...entries(errorExplanations),
]);

/** Codes in the order of the tables; the records prove that none is forgotten. */
function entries<Code extends DiagnosticCode | ErrorCode>(
  table: Readonly<Record<Code, Explanation>>,
): readonly (readonly [DiagnosticCode | ErrorCode, Explanation])[] {
  const all: readonly [string, Explanation][] = Object.entries(table);
  return all.flatMap(([code, explanation]) => (isCode(code) ? [[code, explanation] as const] : []));
}

function isCode(code: string): code is DiagnosticCode | ErrorCode {
  return Object.hasOwn(diagnosticExplanations, code) || Object.hasOwn(errorExplanations, code);
}
