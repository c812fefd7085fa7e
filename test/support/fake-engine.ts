import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { connectEngine } from "../../src/docker/connect.ts";
import type { Deadlines } from "../../src/docker/connection/deadlines.ts";
import type { Engine } from "../../src/docker/engine.ts";
import { temporaryFolder } from "./temporary-store.ts";

export type Answer = (response: ServerResponse, request: IncomingMessage) => void | Promise<void>;

export interface FakeEngineOptions {
  /** What `/_ping` says. */
  readonly apiVersion?: string;
  /** Answers by method and path, without the version and the query: `POST /build`. */
  readonly routes?: Readonly<Record<string, Answer>>;
}

/**
 * An Engine that answers what a test tells it to, on a socket of its own, for faults that no real
 * Engine has on demand.
 */
export interface FakeEngine extends AsyncDisposable {
  readonly url: string;
  /** Method, path and query of each call, in order: `GET /v1.41/info`. */
  readonly requests: readonly string[];
  /** Lines that the client told about calls tried again. */
  readonly notices: readonly string[];
  connect(deadlines?: Partial<Deadlines>): Promise<Engine>;
}

/** Start a fake Engine; it ends with its scope. */
export async function startFakeEngine({
  apiVersion = "1.41",
  routes = {},
}: FakeEngineOptions = {}): Promise<FakeEngine> {
  const folder = await temporaryFolder();
  const requests: string[] = [];
  const notices: string[] = [];
  const answers: Readonly<Record<string, Answer>> = {
    "GET /_ping": (response) => void response.setHeader("Api-Version", apiVersion).end("OK"),
    "GET /info": json({
      ID: "fake",
      ServerVersion: "20.10.0",
      Driver: "overlay2",
      LoggingDriver: "json-file",
    }),
    ...routes,
  };
  const server = createServer((request, response) => {
    requests.push(`${request.method ?? ""} ${request.url ?? ""}`);
    const path = (request.url ?? "").replace(/^\/v[\d.]+/u, "").replace(/\?.*$/u, "");
    const answer = answers[`${request.method ?? ""} ${path}`] ?? refuse(404, `no route ${path}`);
    void answer(response, request);
  });
  const socket = join(folder.path, "engine.sock");
  server.listen(socket);
  await once(server, "listening");
  const url = `unix://${socket}`;
  return {
    url,
    requests,
    notices,
    connect: (deadlines = {}) =>
      connectEngine({
        host: url,
        environment: new Map(),
        homeDirectory: folder.path,
        deadlines,
        onNotice: (line) => notices.push(line),
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Answer with a value. */
export function json(value: unknown, status = 200): Answer {
  return (response) =>
    void response
      .writeHead(status, { "Content-Type": "application/json" })
      .end(JSON.stringify(value));
}

/** Answer with an error as the Engine words it. */
export function refuse(status: number, message: string): Answer {
  return json({ message }, status);
}

/** What happens to a stream after its last part. */
export type StreamEnd = "end" | "cut" | "stall";

/**
 * Read the request whole, then answer 200 with a stream of parts: bytes as given, values as JSON
 * lines.
 */
export function stream(parts: readonly unknown[], end: StreamEnd = "end"): Answer {
  return async (response, request) => {
    request.resume();
    await once(request, "end");
    response.writeHead(200, { "Content-Type": "application/json" });
    for (const part of parts) {
      const bytes =
        typeof part === "string" || part instanceof Uint8Array
          ? part
          : `${JSON.stringify(part)}\r\n`;
      await new Promise((resolve) => response.write(bytes, resolve));
      // A pause, so that each part arrives by itself.
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    if (end === "end") response.end();
    else if (end === "cut") response.socket?.destroy();
  };
}

/** Answers that take turns, the last one staying. */
export function inTurn(...answers: readonly Answer[]): Answer {
  let count = 0;
  return (response, request) => {
    const answer = answers[Math.min(count, answers.length - 1)];
    count += 1;
    return answer?.(response, request);
  };
}
