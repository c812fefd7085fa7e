import type { ProbeChecks, ProbeKind } from "../stack/services/probe-kinds.ts";
import type { AttemptResult, ProbeTarget } from "./target.ts";

/** How a kind of probe is tried. */
export interface TriedKind<Kind extends ProbeKind> {
  /** Try once, within `timeoutMs`. May reject; what it rejects with is then the reason. */
  readonly attempt: (request: AttemptRequest<Kind>) => Promise<AttemptResult>;
  /** What is said when the time was over. */
  readonly timedOut: (check: ProbeChecks[Kind], timeoutMs: number) => string;
  /**
   * What an attempt costs: `connection` a tenth of a millisecond, `engine` a call of the Engine,
   * some 40 ms.
   */
  readonly cost: "connection" | "engine";
}

export interface AttemptRequest<Kind extends ProbeKind> {
  readonly check: ProbeChecks[Kind];
  readonly target: ProbeTarget;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** What most kinds say when the time was over. */
export function noAnswer(_check: unknown, timeoutMs: number): string {
  return `no answer within ${timeoutMs} ms`;
}
