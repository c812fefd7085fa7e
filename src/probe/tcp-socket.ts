import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { noAnswer, type TriedKind } from "./kind.ts";
import type { AttemptResult, ProbeTarget } from "./target.ts";

/** A TCP connection that is accepted, and closed at once. */
export const tcpSocketProbe: TriedKind<"tcp_socket"> = {
  attempt: ({ check, target, signal }) => attemptTcpSocket(check.port, target, signal),
  timedOut: noAnswer,
  cost: "connection",
};

async function attemptTcpSocket(
  port: number,
  target: ProbeTarget,
  signal: AbortSignal,
): Promise<AttemptResult> {
  const address = target.address(port);
  if (address === undefined) {
    const inside = await target.connectInside?.(port, signal);
    return inside ?? { ok: false, message: `port ${port} cannot be reached from here` };
  }
  const { host, isForwarded = false, socketPath } = address;
  const connected = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<"closed">();
  const place = socketPath === undefined ? { host, port: address.port } : { path: socketPath };
  const socket = connect({ ...place, signal });
  socket.once("connect", connected.resolve);
  socket.once("error", (error) => {
    connected.reject(error);
    closed.resolve("closed");
  });
  // A forwarder hangs up as soon as it finds that nobody listens behind it.
  socket.once("end", () => closed.resolve("closed"));
  socket.resume();
  try {
    await connected.promise;
    if (isForwarded && (await staysOpen(closed.promise, { path: socketPath, signal })) === "closed")
      return { ok: false, message: "connection refused behind the published port" };
  } finally {
    socket.destroy();
  }
  return { ok: true, message: `port ${port} is open` };
}

/** Until a forwarder has found that nobody listens, in milliseconds. */
const FORWARDED_MS = 100;

/** The same where its word comes from another machine. */
const FAR_FORWARDED_MS = 500;

async function staysOpen(
  closed: Promise<"closed">,
  { path, signal }: { readonly path: string | undefined; readonly signal: AbortSignal },
): Promise<"closed" | "open"> {
  const durationMs = path === undefined ? FORWARDED_MS : FAR_FORWARDED_MS;
  return Promise.race([closed, sleep(durationMs, "open" as const, { signal })]);
}
