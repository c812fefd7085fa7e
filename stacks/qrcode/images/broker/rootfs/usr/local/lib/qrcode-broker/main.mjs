import { chmodSync, lstatSync, unlinkSync } from "node:fs";
import process from "node:process";
import { Counts } from "./counts.mjs";
import { Engine } from "./engine.mjs";
import { Queue } from "./queue.mjs";
import { runJob, sweep } from "./run-job.mjs";
import { createServer } from "./server.mjs";
import { readSettings } from "./settings.mjs";

/** How long jobs may go on after the broker was told to stop. */
const graceMs = 5000;

/** @param {string} line */
const log = (line) => void process.stderr.write(`qrcode-broker: ${line}\n`);

/** @param {unknown} error */
const messageOf = (error) => (error instanceof Error ? error.message : String(error));

try {
  await main();
} catch (error) {
  log(explain(error));
  process.exitCode ||= 1;
}

async function main() {
  const settings = settingsOrExit();
  if (settings === undefined) return;
  const engine = new Engine(settings.engineSocket);
  const counts = new Counts();
  const queue = new Queue(settings);
  const stopping = new AbortController();
  counts.swept = await sweep(engine, settings.stack);
  if (counts.swept > 0) log(`removed workers that an earlier broker left: ${counts.swept}`);
  const server = createServer({
    runJob: async (text, signal) => {
      const controller = new AbortController();
      const abort = () => controller.abort();
      signal.addEventListener("abort", abort, { once: true });
      stopping.signal.addEventListener("abort", abort, { once: true });
      try {
        return await runJob(engine, settings, text, controller.signal);
      } finally {
        stopping.signal.removeEventListener("abort", abort);
      }
    },
    checkEngine: async (signal) => engine.imageId(settings.workerImage, signal),
    queue,
    counts,
    log,
  });
  listen(server, settings.listenSocket);
  server.on("listening", () => log(`up to ${settings.workers} workers, ${settings.queue} waiting`));
  server.on("error", (error) => {
    log(messageOf(error));
    process.exitCode = 1;
  });
  for (const signal of ["SIGTERM", "SIGINT"])
    process.once(signal, () => {
      log("told to stop");
      queue.close();
      // Not before the last worker is removed: nobody else would.
      server.close(() => void queue.idle().then(() => process.exit(0)));
      server.closeIdleConnections();
      setTimeout(() => stopping.abort(), graceMs).unref();
    });
}

function settingsOrExit() {
  try {
    return readSettings(process.env);
  } catch (error) {
    log(messageOf(error));
    process.exitCode = 64;
    return undefined;
  }
}

/**
 * Listen where the clients' group may connect: the folder hands its group to the socket.
 *
 * @param {import("node:http").Server} server
 * @param {string} path
 */
function listen(server, path) {
  // What a broker that was killed has left; anything else is not ours.
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true) unlinkSync(path);
  process.umask(0o117);
  server.listen(path, () => chmodSync(path, 0o660));
}

/** @param {unknown} error */
function explain(error) {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const socket = process.env["ENGINE_SOCKET"] ?? "/run/engine/docker.sock";
  if (code === "EACCES") return accessHint(socket);
  if (code === "ENOENT" || code === "ECONNREFUSED")
    return `no Engine answers at ${socket}: ${messageOf(error)}`;
  return messageOf(error);
}

/** @param {string} socket */
function accessHint(socket) {
  const { gid } = lstatSync(socket);
  return `the Engine's socket belongs to group ${gid}, and this user is not in it: set QCLOCK_ENGINE_SOCKET_GROUP=${gid}`;
}
