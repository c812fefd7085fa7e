import type { Duplex } from "node:stream";

/** Longest head of an answer that is waited for. */
const MAX_HEAD_BYTES = 16 * 1024;

const PING = "HEAD /_ping HTTP/1.1\r\nHost: engine\r\n\r\n";

/** What answered is no Engine, such as the greeting of a shell; `text` is how it began. */
export class NotHttpError extends Error {
  override readonly name = "NotHttpError";
  readonly text: string;

  constructor(text: string) {
    super("What answered does not speak HTTP");
    this.text = text;
  }
}

/**
 * See that an Engine answers over a connection, and leave the connection as new. As long as this
 * has not happened nothing was asked of the Engine, so another connection may be tried.
 */
export async function awaitFirstAnswer(connection: Duplex): Promise<void> {
  connection.write(PING);
  let head = "";
  for (;;) {
    head += await nextPiece(connection);
    if (!"HTTP/1.".startsWith(head.slice(0, 7))) throw new NotHttpError(head.slice(0, 200));
    if (head.includes("\r\n\r\n")) return;
    if (head.length > MAX_HEAD_BYTES) throw new NotHttpError(head.slice(0, 200));
  }
}

async function nextPiece(connection: Duplex): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const take = (): void => {
    const piece: unknown = connection.read();
    if (piece instanceof Uint8Array) resolve(Buffer.from(piece).toString("latin1"));
  };
  const end = (): void =>
    reject(Object.assign(new Error("the connection was closed"), { code: "ECONNRESET" }));
  connection.on("readable", take);
  for (const event of ["end", "close"]) connection.once(event, end);
  connection.once("error", reject);
  try {
    take();
    return await promise;
  } finally {
    connection.removeListener("readable", take);
    for (const event of ["end", "close"]) connection.removeListener(event, end);
    connection.removeListener("error", reject);
  }
}
