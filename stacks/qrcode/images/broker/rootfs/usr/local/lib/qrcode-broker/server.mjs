import http from "node:http";
import { QueueClosed } from "./queue.mjs";
import { isText, judge } from "./requests.mjs";
import { JobError } from "./run-job.mjs";

/**
 * The broker's own HTTP interface.
 *
 * @param {object} parts
 * @param {(text: Buffer, signal: AbortSignal) => Promise<Buffer>} parts.runJob
 * @param {(signal: AbortSignal) => Promise<unknown>} parts.checkEngine Rejects when no job could
 *   run.
 * @param {import("./queue.mjs").Queue} parts.queue
 * @param {import("./counts.mjs").Counts} parts.counts
 * @param {(line: string) => void} parts.log
 * @returns {http.Server}
 */
export function createServer({ runJob, checkEngine, queue, counts, log }) {
  const server = http.createServer(
    { maxHeaderSize: 4096, requestTimeout: 10_000, headersTimeout: 5000 },
    (request, response) => {
      void answer(request, response).catch((error) => {
        log(`a request failed: ${String(error)}`);
        response.destroy();
      });
    },
  );
  server.maxConnections = 256;
  // One request a connection: what is sent behind it is never read as another one.
  server.maxRequestsPerSocket = 1;
  server.on("dropRequest", () => {
    counts.refused.protocol += 1;
  });
  // What is no HTTP, and what would leave it.
  server.on("clientError", (_error, socket) => {
    counts.refused.protocol += 1;
    if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    else socket.destroy();
  });
  for (const event of ["connect", "upgrade"])
    server.on(event, (_request, socket) => {
      counts.refused.protocol += 1;
      socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    });
  for (const event of ["checkContinue", "checkExpectation"])
    server.on(event, (request, response) => {
      refuse(response, { status: 417, reason: "protocol", message: "Expect is not understood." });
      request.destroy();
    });
  return server;

  /**
   * @param {http.IncomingMessage} request
   * @param {http.ServerResponse} response
   */
  async function answer(request, response) {
    const judgement = judge(request);
    switch (judgement.kind) {
      case "refused":
        refuse(response, judgement);
        break;
      case "stats":
        sendJson(response, 200, {
          running: queue.running,
          waiting: queue.waiting,
          jobs: counts.jobs,
          refused: counts.refused,
          swept: counts.swept,
        });
        break;
      case "health":
        await checkEngine(AbortSignal.timeout(2000)).then(
          () => sendJson(response, 200, { status: "ok" }),
          (error) => {
            log(`not healthy: ${String(error)}`);
            sendJson(response, 503, { status: "the Engine or the worker's image is not there" });
          },
        );
        break;
      case "job":
        await answerJob(request, response, judgement.length);
        break;
    }
  }

  /**
   * @param {http.IncomingMessage} request
   * @param {http.ServerResponse} response
   * @param {number} length
   */
  async function answerJob(request, response, length) {
    const text = await readBody(request);
    // The client went away in the middle of its text.
    if (text.length !== length) return;
    if (!isText(text)) {
      const message = "A text is UTF-8 without control characters, and not empty.";
      refuse(response, { status: 422, reason: "text", message });
      return;
    }
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    const turn = queue.run(gone.signal, () => runJob(text, gone.signal));
    if (turn === undefined) {
      counts.jobs.queue_full += 1;
      response.setHeader("Retry-After", String(queue.retryAfterSeconds));
      sendJson(response, 503, { error: "All workers are busy, and the queue is full." });
      return;
    }
    counts.jobs.accepted += 1;
    try {
      const picture = await turn;
      counts.jobs.done += 1;
      response.writeHead(200, { "Content-Type": "image/png", "Content-Length": picture.length });
      response.end(picture);
    } catch (error) {
      answerFailure(response, error);
    }
  }

  /**
   * @param {http.ServerResponse} response
   * @param {unknown} error
   */
  function answerFailure(response, error) {
    const reason = error instanceof JobError ? error.reason : "abandoned";
    counts.jobs[reason] += 1;
    if (reason !== "abandoned") log(`a job brought no picture: ${String(error)}`);
    if (error instanceof QueueClosed) {
      response.setHeader("Retry-After", "5");
      sendJson(response, 503, { error: "The broker is being stopped." });
    } else if (reason === "timed_out") {
      sendJson(response, 504, { error: "The worker took too long, and was removed." });
    } else {
      // What the Engine says is for the log: it tells of the host.
      sendJson(response, 502, { error: "The worker brought no picture." });
    }
  }

  /**
   * @param {http.ServerResponse} response
   * @param {{ status: number, reason: import("./requests.mjs").Reason, message: string }} refusal
   */
  function refuse(response, { status, reason, message }) {
    counts.refused[reason] += 1;
    // A body that nobody wants is not waited for.
    response.on("finish", () => response.req.destroy());
    sendJson(response, status, { error: message });
  }
}

/**
 * The bytes that came, fewer than were announced when the client went away.
 *
 * @param {http.IncomingMessage} request
 */
async function readBody(request) {
  const chunks = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    // The client is gone: what has come is all there is.
  }
  return Buffer.concat(chunks);
}

/**
 * @param {http.ServerResponse} response
 * @param {number} status
 * @param {object} value
 */
function sendJson(response, status, value) {
  const body = `${JSON.stringify(value)}\n`;
  response.writeHead(status, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
  });
  response.end(body);
}
