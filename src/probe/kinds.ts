import type { ProbeChecks, ProbeKind } from "../stack/services/probe-kinds.ts";
import { execProbe } from "./exec.ts";
import { httpGetProbe } from "./http-get.ts";
import type { TriedKind } from "./kind.ts";
import { logLineProbe } from "./log-line.ts";
import { tcpSocketProbe } from "./tcp-socket.ts";

const kinds: { readonly [Kind in ProbeKind]: TriedKind<Kind> } = {
  http_get: httpGetProbe,
  tcp_socket: tcpSocketProbe,
  exec: execProbe,
  log_line: logLineProbe,
};

/** How a check is tried, with the check: `trying(check, (kind, own) => kind.attempt(…))`. */
export function trying<Kind extends ProbeKind, Value>(
  check: ProbeChecks[Kind] & { readonly type: Kind },
  ask: (kind: TriedKind<Kind>, check: ProbeChecks[Kind]) => Value,
): Value {
  return ask(kinds[check.type], check);
}
