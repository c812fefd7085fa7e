import type { ManifestProbe } from "../manifest/schema/manifest.ts";
import type { ServiceRequest } from "./services.ts";
import type { Probe, ProbeCheck } from "./stack.ts";
import { parseCommand, parseDuration } from "./values.ts";

/** The probes of a service; each must name exactly one check. */
export function resolveProbes(request: ServiceRequest): readonly Probe[] {
  const { name, service, loaded, problems } = request;
  const names = new Set<string>();
  return (service.probes ?? []).flatMap((probe, index) => {
    const checks = checksOf(probe);
    const [check] = checks;
    const place = loaded.locator.value(["services", name, "probes", index]);
    if (check === undefined || checks.length > 1) {
      problems.add("invalid-value", place, {
        message: "A probe must have exactly one of http_get, tcp_socket, exec and log_line.",
      });
      return [];
    }
    const probeName = uniqueName(nameOf(check), names);
    return [
      {
        name: probeName,
        phase: probe.phase,
        check,
        intervalMs: parseDuration(probe.interval),
        timeoutMs: parseDuration(probe.timeout),
        retries: probe.retries,
        startPeriodMs: parseDuration(probe.start_period),
        // A line stays in the log: seeing it twice proves nothing more.
        successThreshold: check.type === "log_line" ? 1 : probe.success_threshold,
      },
    ];
  });
}

function checksOf(probe: ManifestProbe): readonly ProbeCheck[] {
  const { http_get: http, tcp_socket: tcp, exec, log_line: logLine } = probe;
  const checks: ProbeCheck[] = [];
  if (http !== undefined) {
    const { status, body, headers, json, ...rest } = http;
    checks.push({
      type: "http_get",
      ...rest,
      ...(body === undefined ? {} : { body }),
      status: status === undefined ? [] : [status].flat(),
      headers: new Map(Object.entries(headers)),
      json: new Map(Object.entries(json)),
    });
  }
  if (tcp !== undefined) checks.push({ type: "tcp_socket", port: tcp.port });
  if (exec !== undefined) checks.push({ type: "exec", command: parseCommand(exec.command) });
  if (logLine !== undefined) checks.push({ type: "log_line", pattern: logLine.pattern });
  return checks;
}

function nameOf(check: ProbeCheck): string {
  switch (check.type) {
    case "http_get":
      return `http_get:${check.port}${check.path}`;
    case "tcp_socket":
      return `tcp_socket:${check.port}`;
    case "exec":
      return `exec:${check.command[0]?.split("/").at(-1) ?? ""}`;
    case "log_line":
      return "log_line";
  }
}

function uniqueName(name: string, taken: Set<string>): string {
  let unique = name;
  for (let number = 2; taken.has(unique); number++) unique = `${name}#${number}`;
  taken.add(unique);
  return unique;
}
