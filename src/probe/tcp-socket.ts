import { connect } from "node:net";
import type { AttemptResult, ProbeTarget } from "./target.ts";

/** A TCP connection that is accepted, and closed at once. */
export async function attemptTcpSocket(
  port: number,
  target: ProbeTarget,
  signal: AbortSignal,
): Promise<AttemptResult> {
  const address = target.address(port);
  if (address === undefined)
    return { ok: false, message: `port ${port} cannot be reached from here` };
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ ...address, signal });
  socket.once("connect", resolve);
  socket.once("error", reject);
  try {
    await promise;
  } finally {
    socket.destroy();
  }
  return { ok: true, message: `port ${port} is open` };
}
