import type { ProbeTarget } from "../../src/probe/target.ts";
import type { ProbeCheck } from "../../src/stack/services/probe-kinds.ts";
import type { Probe } from "../../src/stack/stack.ts";

/** A readiness probe with the manifest's defaults. */
export function aProbe(check: ProbeCheck, parts: Partial<Probe> = {}): Probe {
  return {
    name: check.type,
    phase: "readiness",
    check,
    intervalMs: 2000,
    timeoutMs: 1000,
    retries: 3,
    startPeriodMs: 60_000,
    successThreshold: 2,
    ...parts,
  };
}

/** A container that nothing reaches, but for the parts. */
export function aTarget(parts: Partial<ProbeTarget> = {}): ProbeTarget {
  return {
    address: () => undefined,
    exec: async () => ({ exitCode: 0, output: "" }),
    readLog: () => logOf(),
    ...parts,
  };
}

/** A container's log. */
export async function* logOf(...lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}
