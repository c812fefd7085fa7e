import type { Probe } from "../stack/stack.ts";
import { trying } from "./kinds.ts";
import type { AttemptResult, ProbeTarget } from "./target.ts";

/**
 * Try a probe once. Never rejects but when `signal` aborts: a probe that cannot be tried has
 * failed.
 */
export async function attempt(
  probe: Probe,
  target: ProbeTarget,
  signal: AbortSignal,
): Promise<AttemptResult> {
  const { check, timeoutMs } = probe;
  const deadline = AbortSignal.timeout(timeoutMs);
  const limited = AbortSignal.any([signal, deadline]);
  try {
    return await trying(check, (kind, own) =>
      kind.attempt({ check: own, target, timeoutMs, signal: limited }),
    );
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.aborted) {
      const message = trying(check, (kind, own) => kind.timedOut(own, timeoutMs));
      return { ok: false, message };
    }
    return { ok: false, message: messageOf(error) };
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : "";
  switch (code) {
    case "ECONNREFUSED":
      return "connection refused";
    case "ECONNRESET":
      return "connection reset";
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return "no route to the container";
    default:
      return error.message;
  }
}
