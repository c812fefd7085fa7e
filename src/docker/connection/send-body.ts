import type { ClientRequest } from "node:http";

/**
 * Send pieces as the body of a request, one while the next is being made. A piece has left when the
 * one after it is asked for twice, so that a source can do with two buffers in turn: buffers that
 * are new each time wait for the garbage collector, which lets 64 MB of them pile up.
 *
 * Rejects as soon as the request is over before its body is. A source that fails ends the request:
 * the Engine then sees a broken body, never a short one that looks whole.
 */
export async function sendPieces(
  request: ClientRequest,
  pieces: AsyncIterable<Uint8Array>,
): Promise<void> {
  const closed = Promise.withResolvers<never>();
  let giveUp: ((reason: unknown) => void) | undefined;
  request.once("close", () => {
    const reason = request.errored ?? closedEarly();
    closed.reject(reason);
    // A request that never had a connection does not call back.
    giveUp?.(reason);
  });
  const settle = (act: (done: (error?: Error | null) => void) => void): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    giveUp = reject;
    act((error) => (error === undefined || error === null ? resolve() : reject(error)));
    // Whoever waits for it sees the failure; the source may be at work meanwhile.
    promise.catch(() => undefined);
    return promise;
  };
  const send = async (): Promise<void> => {
    let leaving = Promise.resolve();
    for await (const piece of pieces) {
      await leaving;
      leaving = settle((done) => request.write(piece, done));
    }
    await leaving;
    await settle((done) => request.end(done));
  };
  try {
    await Promise.race([send(), closed.promise]);
  } catch (error) {
    request.destroy(error instanceof Error ? error : undefined);
    throw error;
  }
}

function closedEarly(): Error {
  return Object.assign(new Error("the connection was closed before all was sent"), {
    code: "ERR_STREAM_PREMATURE_CLOSE",
  });
}
