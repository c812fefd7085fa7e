import { shorten } from "./shorten.ts";
import type { Probe } from "../stack/stack.ts";
import { attemptHttpGet } from "./http-get.ts";
import type { AttemptResult, ProbeTarget } from "./target.ts";
import { attemptTcpSocket } from "./tcp-socket.ts";

/** Try a probe once. Never rejects but when `signal` aborts: a probe that cannot be tried has failed. */
export async function attempt(
  probe: Probe,
  target: ProbeTarget,
  signal: AbortSignal,
): Promise<AttemptResult> {
  const deadline = AbortSignal.timeout(probe.timeoutMs);
  const limited = AbortSignal.any([signal, deadline]);
  try {
    return await attemptCheck(probe, target, limited);
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.aborted) return { ok: false, message: timedOut(probe) };
    return { ok: false, message: messageOf(error) };
  }
}

async function attemptCheck(
  probe: Probe,
  target: ProbeTarget,
  signal: AbortSignal,
): Promise<AttemptResult> {
  const { check, timeoutMs } = probe;
  switch (check.type) {
    case "tcp_socket":
      return attemptTcpSocket(check.port, target, signal);
    case "http_get":
      return attemptHttpGet(check, target, signal);
    case "exec": {
      const { exitCode, output } = await target.exec(check.command, { timeoutMs, signal });
      const last = shorten(output.trim().split("\n").at(-1) ?? "");
      if (exitCode === 0) return { ok: true, message: last === "" ? "exit code 0" : last };
      return {
        ok: false,
        message: `${explainExit(exitCode, check.command)}${last === "" ? "" : `: ${last}`}`,
      };
    }
    case "log_line": {
      const { findLine } = await import("./log-line.ts");
      const line = await findLine(target.readLog(signal), check.pattern, signal);
      return line === undefined
        ? { ok: false, message: `no line of the log matches /${check.pattern}/` }
        : { ok: true, message: shorten(line) };
    }
  }
}

function timedOut({ check, timeoutMs }: Probe): string {
  return check.type === "log_line"
    ? `the log could not be searched for /${check.pattern}/ within ${timeoutMs} ms`
    : `no answer within ${timeoutMs} ms`;
}

/** A missing program is the image's fault and not the service's, so it is said apart. */
function explainExit(exitCode: number, command: readonly string[]): string {
  if (exitCode === 126) return `${command[0] ?? ""} cannot be run in the image (126)`;
  if (exitCode === 127) return `${command[0] ?? ""} is not in the image (127)`;
  return `exit code ${exitCode}`;
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
