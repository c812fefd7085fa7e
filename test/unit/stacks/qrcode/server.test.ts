import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { Counts } from "../../../../stacks/qrcode/images/broker/rootfs/usr/local/lib/qrcode-broker/counts.mjs";
import { Queue } from "../../../../stacks/qrcode/images/broker/rootfs/usr/local/lib/qrcode-broker/queue.mjs";
import { JobError } from "../../../../stacks/qrcode/images/broker/rootfs/usr/local/lib/qrcode-broker/run-job.mjs";
import { createServer } from "../../../../stacks/qrcode/images/broker/rootfs/usr/local/lib/qrcode-broker/server.mjs";
import { picture, sendRaw } from "../../../support/broker.ts";

type RunJob = (text: Buffer, signal: AbortSignal) => Promise<Buffer>;

interface Broker extends AsyncDisposable {
  readonly counts: Counts;
  readonly jobs: string[];
  readonly log: string[];
  send(text: string): Promise<string>;
}

/** A broker whose jobs are given, listening on a socket of its own. */
async function startBroker(
  options: { readonly runJob?: RunJob; readonly workers?: number; readonly queue?: number } = {},
): Promise<Broker> {
  const folder = await mkdtemp(path.join(tmpdir(), "qclock-broker-"));
  const socketPath = path.join(folder, "broker.sock");
  const counts = new Counts();
  const jobs: string[] = [];
  const log: string[] = [];
  const server = createServer({
    runJob: async (text, signal) => {
      jobs.push(text.toString("utf8"));
      return await (options.runJob ?? (async () => picture))(text, signal);
    },
    checkEngine: async () => undefined,
    queue: new Queue({ workers: options.workers ?? 1, queue: options.queue ?? 1 }),
    counts,
    log: (line) => log.push(line),
  });
  await new Promise<void>((listening) => server.listen(socketPath, listening));
  return {
    counts,
    jobs,
    log,
    send: async (text) => sendRaw(socketPath, text),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function job(text: string, more = ""): string {
  const length = Buffer.byteLength(text);
  return `POST /jobs HTTP/1.1\r\nHost: b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${length}\r\nConnection: close\r\n${more}\r\n${text}`;
}

test("a text comes back as a picture, and is counted", async () => {
  await using broker = await startBroker();

  expect(await broker.send(job("hello"))).toMatch(/^HTTP\/1.1 200 [^]*image\/png[^]*\u0089PNG/);
  const stats = await broker.send("GET /stats HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n");
  expect(stats).toContain('"running":0,"waiting":0,"jobs":{"accepted":1,"done":1');
  expect(broker.jobs).toEqual(["hello"]);
});

const create =
  "POST /containers/create HTTP/1.1\r\nHost: b\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
const head = "POST /jobs HTTP/1.1\r\nHost: b\r\nContent-Type: text/plain; charset=utf-8\r\n";

test.each<[string, string, keyof Counts["refused"], string]>([
  ["the Engine's way to make a container", create, "path", "404"],
  ["a body beyond the bound", job("x".repeat(2001)), "length", "413"],
  ["control characters", job("a\u001Bb"), "text", "422"],
  ["an empty text", job(""), "text", "422"],
  ["JSON", job("{}").replace("text/plain; charset=utf-8", "application/json"), "type", "415"],
  ["pieces", `${head}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`, "length", "411"],
  ["two lengths", job("hello", "Content-Length: 5\r\n"), "protocol", "400"],
  [
    "a length and pieces",
    `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    "protocol",
    "400",
  ],
  [
    "a disguised encoding",
    `${head}Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n\r\nhello`,
    "protocol",
    "400",
  ],
  ["a folded header", job("hello", "X: a\r\n b: c\r\n"), "protocol", "400"],
  ["a bare line feed", job("hello", "X: a\nTransfer-Encoding: chunked\r\n"), "protocol", "400"],
  ["a space before the colon", job("hello", "Content-Length : 50\r\n"), "protocol", "400"],
  ["a header beyond the bound", job("hello", `X: ${"a".repeat(5000)}\r\n`), "protocol", "400"],
  ["a tunnel", "CONNECT engine:2375 HTTP/1.1\r\nHost: b\r\n\r\n", "protocol", "400"],
  [
    "another protocol",
    job("hello", "Upgrade: tcp\r\n").replace("Connection: close", "Connection: upgrade"),
    "protocol",
    "400",
  ],
  ["a wish to be asked", job("hello", "Expect: 100-continue\r\n"), "protocol", "417"],
  ["no HTTP", "\u0016\u0003\u0001\r\n\r\n", "protocol", "400"],
])("%s is refused and counted, and nothing is started", async (_, text, reason, status) => {
  await using broker = await startBroker();

  expect(await broker.send(text)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(broker.counts.refused[reason]).toBe(1);
  expect(Object.values(broker.counts.refused).reduce((a, b) => a + b)).toBe(1);
  expect(broker.jobs).toEqual([]);
});

test.each([
  ["a refused request", create, ""],
  ["a refused body", `${head}Content-Length: 9999\r\n\r\n`, ""],
  ["a job", job("first").replace("Connection: close\r\n", ""), "first"],
])("what is sent behind %s is no request", async (_, text, expected) => {
  await using broker = await startBroker();

  await broker.send(text + job("behind"));
  expect(broker.jobs.join()).toBe(expected);
});

test("beyond the queue the answer is 503, and when to come again", async () => {
  const { promise, resolve } = Promise.withResolvers<Buffer>();
  await using broker = await startBroker({ runJob: () => promise });
  const first = broker.send(job("1"));
  await expect.poll(() => broker.counts.jobs.accepted).toBe(1);
  const second = broker.send(job("2"));
  await expect.poll(() => broker.counts.jobs.accepted).toBe(2);

  const third = await broker.send(job("3"));
  expect(third).toMatch(/^HTTP\/1.1 503 /);
  expect(third).toMatch(/Retry-After: \d+\r\n/);
  expect(broker.counts.jobs).toMatchObject({ accepted: 2, queue_full: 1 });
  resolve(picture);
  expect(await first).toMatch(/^HTTP\/1.1 200 /);
  expect(await second).toMatch(/^HTTP\/1.1 200 /);
});

test.each([
  ["timed_out", "504"],
  ["failed", "502"],
] as const)(
  "a job that %s is answered with %s, and what the Engine says stays here",
  async (reason, status) => {
    await using broker = await startBroker({
      runJob: async () => {
        throw new JobError(reason, "/var/lib/docker is full");
      },
    });

    const answer = await broker.send(job("hello"));
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).not.toContain("/var/lib");
    expect(broker.log.join("\n")).toContain("/var/lib/docker is full");
    expect(broker.counts.jobs[reason]).toBe(1);
  },
);
