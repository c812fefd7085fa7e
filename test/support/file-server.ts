import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** Answers instead of the server; `file` is what the server would have sent. */
export type Answer = (
  response: ServerResponse,
  file: Buffer | undefined,
  request: IncomingMessage,
) => void;

/** A web server on 127.0.0.1 whose answers a test can spoil. */
export interface FileServer extends AsyncDisposable {
  readonly url: string;
  /** Path and Range of each request, in order. */
  readonly requests: readonly { readonly path: string; readonly range: string | undefined }[];
  /** Replace everything that is served; keys are paths. */
  serve(files: ReadonlyMap<string, Buffer>): void;
  /**
   * From now on answer paths with this ending in another way, at most `times` times; the last word
   * counts.
   */
  answer(ending: string, answer: Answer, times?: number): void;
}

/** Start a server on a free port. */
export async function startFileServer(files: ReadonlyMap<string, Buffer>): Promise<FileServer> {
  const requests: { path: string; range: string | undefined }[] = [];
  let served = files;
  let answers: { ending: string; answer: Answer; times: number }[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "/");
    requests.push({ path, range: request.headers.range });
    const special = answers.find(({ ending, times }) => times > 0 && path.endsWith(ending));
    if (special !== undefined) special.times--;
    (special?.answer ?? sendFile)(response, served.get(path), request);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    serve: (other) => {
      served = other;
    },
    answer: (ending, answer, times = Infinity) => {
      answers = [{ ending, answer, times }, ...answers];
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Send a file as a web server does, from the byte that Range names. */
export const sendFile: Answer = (response, file, request) => {
  if (file === undefined) {
    response.writeHead(404).end();
    return;
  }
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  const body = file.subarray(from);
  response.writeHead(from > 0 ? 206 : 200, { "content-length": body.length }).end(body);
};

/** Answer with a status and nothing else. */
export function status(code: number): Answer {
  return (response) => void response.writeHead(code).end();
}

/** Send the file with one bit changed. */
export const sendTampered: Answer = (response, file, request) => {
  if (file === undefined) {
    sendFile(response, file, request);
    return;
  }
  const other = Buffer.from(file);
  other.writeUInt8(other.readUInt8(other.length >> 1) ^ 1, other.length >> 1);
  sendFile(response, other, request);
};

/** Promise the whole file, send the first bytes of it, and hang up. */
export function cutAfter(bytes: number): Answer {
  return (response, file = Buffer.alloc(0)) => {
    response.writeHead(200, { "content-length": file.length });
    response.write(file.subarray(0, bytes));
    // Not `destroy`, which may drop what is still on its way.
    response.socket?.destroySoon();
  };
}
