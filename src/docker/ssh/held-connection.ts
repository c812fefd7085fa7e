import { Duplex } from "node:stream";

/**
 * A connection that is still being opened: what is written to it waits until it is there. To
 * destroy it gives the opening up. Node's HTTP client takes it for a TCP socket.
 */
export function holdConnection(open: (signal: AbortSignal) => Promise<Duplex>): Duplex {
  const abandoned = new AbortController();
  const opened = open(abandoned.signal);
  let inner: Duplex | undefined;
  const connection = new Duplex({
    read: () => void inner?.resume(),
    write: (chunk: Uint8Array, _, done) => void whenOpen((ready) => ready.write(chunk, done)),
    final: (done) => void whenOpen((ready) => ready.end(done)),
    destroy(error, done) {
      abandoned.abort();
      void whenOpen((ready) => ready.destroy());
      done(error);
    },
  });
  const whenOpen = async (act: (ready: Duplex) => unknown): Promise<void> => {
    try {
      act(await opened);
    } catch (error) {
      // What waits to be written then fails with it.
      connection.destroy(asError(error));
    }
  };
  void whenOpen((ready) => {
    inner = ready;
    relay(ready, connection);
  });
  // Node's HTTP client calls these on what it takes for a TCP socket; this one needs none of them.
  const nothing = (): Duplex => connection;
  return Object.assign(connection, {
    setKeepAlive: nothing,
    setNoDelay: nothing,
    setTimeout: nothing,
    ref: nothing,
    unref: nothing,
  });
}

/** Hand on what is read, no faster than it is taken, and how it ends. */
function relay(from: Duplex, to: Duplex): void {
  from.on("data", (chunk: Uint8Array) => {
    if (!to.push(chunk)) from.pause();
  });
  from.once("end", () => to.push(null));
  from.once("error", (error) => void to.destroy(error));
  from.once("close", () => {
    if (!from.readableEnded) to.destroy(cut());
  });
}

function cut(): Error {
  return Object.assign(new Error("the connection was closed"), { code: "ECONNRESET" });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
