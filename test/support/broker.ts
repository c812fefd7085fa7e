import { createServer, type IncomingMessage } from "node:http";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

/** A PNG of one pixel. */
export const picture = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==",
  "base64",
);
export const imageId = `sha256:${"a".repeat(64)}`;
export const workerId = "b".repeat(64);

/** How the fake Engine's one worker behaves. */
export interface FakeWorker {
  readonly exitCode?: number;
  /** What it writes for the text that it is given; undefined: nothing, and it hangs. */
  readonly write?: (text: Buffer) => Buffer | undefined;
  readonly stderr?: string;
  /** Status of a step that fails, by the step's name. */
  readonly fails?: Readonly<
    Partial<Record<"image" | "create" | "attach" | "wait" | "start", number>>
  >;
  /** Ids of containers that a listing shows. */
  readonly left?: readonly string[];
}

/** An Engine on a socket of its own, as far as the broker of the stack qrcode uses one. */
export interface FakeEngine extends AsyncDisposable {
  readonly socketPath: string;
  /** `METHOD /path` of each request, in order. */
  readonly requests: readonly string[];
  /** Bodies of `POST /containers/create`. */
  readonly bodies: readonly unknown[];
  /** Whether the worker is there: made, and neither ended nor removed. */
  readonly isLeft: boolean;
}

/** Start one. Its frames come in pieces of five bytes, so that a reader meets each boundary. */
export async function startFakeEngine(worker: FakeWorker = {}): Promise<FakeEngine> {
  const folder = await mkdtemp(path.join(tmpdir(), "qclock-broker-"));
  const socketPath = path.join(folder, "engine.sock");
  const requests: string[] = [];
  const bodies: unknown[] = [];
  const streams = new Set<Socket>();
  const removed = Promise.withResolvers<number>();
  let isLeft = false;
  const end = (exitCode: number): void => {
    isLeft = false;
    for (const stream of streams) stream.destroy();
    removed.resolve(exitCode);
  };
  const server = createServer((request, response) => {
    void (async () => {
      const { method = "", url = "" } = request;
      requests.push(`${method} ${decodeURIComponent(url)}`);
      const step = stepOf(method, url);
      const failure = worker.fails?.[step as keyof NonNullable<FakeWorker["fails"]>];
      if (failure !== undefined) {
        response.writeHead(failure).end(JSON.stringify({ message: `no ${step}` }));
        return;
      }
      if (step === "image") response.end(JSON.stringify({ Id: imageId }));
      if (step === "create") {
        bodies.push(JSON.parse((await readBody(request)).toString("utf8")));
        isLeft = true;
        response.writeHead(201).end(JSON.stringify({ Id: workerId }));
      }
      if (step === "start") response.writeHead(204).end();
      if (step === "list") response.end(JSON.stringify((worker.left ?? []).map((Id) => ({ Id }))));
      if (step === "remove") {
        end(137);
        response.writeHead(204).end();
      }
      if (step === "wait") {
        response.flushHeaders();
        response.end(JSON.stringify({ StatusCode: await removed.promise }));
      }
      if (step === "unknown") response.writeHead(404).end("{}");
    })();
  });
  server.on("upgrade", (request: IncomingMessage, socket: Socket) => {
    requests.push(`${request.method} ${request.url}`);
    socket.on("error", () => undefined);
    if (worker.fails?.attach !== undefined) {
      socket.end(`HTTP/1.1 ${worker.fails.attach} No\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    streams.add(socket);
    socket.write("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
    const text: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => text.push(chunk));
    socket.on("end", () => {
      const written = (worker.write ?? (() => picture))(Buffer.concat(text));
      if (written === undefined) return;
      const frames = Buffer.concat([
        frame(2, Buffer.from(worker.stderr ?? "")),
        frame(1, written.subarray(0, 10)),
        frame(1, written.subarray(10)),
      ]);
      for (let at = 0; at < frames.length; at += 5) socket.write(frames.subarray(at, at + 5));
      socket.end(() => end(worker.exitCode ?? 0));
    });
  });
  // The client's end of the input must not end the output.
  (server as unknown as { allowHalfOpen: boolean }).allowHalfOpen = true;
  await new Promise<void>((listening) => server.listen(socketPath, listening));
  return {
    socketPath,
    requests,
    bodies,
    get isLeft() {
      return isLeft;
    },
    async [Symbol.asyncDispose]() {
      end(0);
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function stepOf(method: string, url: string): string {
  const [target = ""] = url.split("?");
  const step = new Map([
    ["POST /containers/create", "create"],
    ["GET /containers/json", "list"],
    [`POST /containers/${workerId}/start`, "start"],
    [`POST /containers/${workerId}/wait`, "wait"],
  ]).get(`${method} ${target}`);
  if (step !== undefined) return step;
  if (method === "GET" && target.startsWith("/images/")) return "image";
  if (method === "DELETE" && /^\/containers\/[0-9a-f]{64}$/.test(target)) return "remove";
  return "unknown";
}

function frame(kind: number, bytes: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head[0] = kind;
  head.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([head, bytes]);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Send bytes as they are to a unix socket, and return all that comes back until it is closed. */
export async function sendRaw(socketPath: string, text: string): Promise<string> {
  const socket = connect(socketPath);
  socket.setTimeout(5000, () => socket.destroy());
  let answer = "";
  socket.setEncoding("latin1").on("data", (chunk: string) => (answer += chunk));
  socket.write(text);
  await new Promise<void>((closed) => {
    socket.on("close", () => closed());
    socket.on("error", () => closed());
  });
  return answer;
}
