import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { attempt } from "../../../src/probe/attempt.ts";
import { isPlain } from "../../../src/probe/find-line.ts";
import type { AttemptResult, ProbeTarget } from "../../../src/probe/target.ts";
import type { ProbeCheck } from "../../../src/stack/services/probe-kinds.ts";
import { aProbe, aTarget, logOf } from "../../support/a-probe.ts";
import { temporaryFolder } from "../../support/temporary-store.ts";

const tcp: ProbeCheck = { type: "tcp_socket", port: 3306 };
const exec: ProbeCheck = { type: "exec", command: ["/usr/bin/healthy"] };
const logLine: ProbeCheck = { type: "log_line", pattern: "^ready in \\d+ ms$" };

async function probe(
  check: ProbeCheck,
  target: Partial<ProbeTarget>,
  timeoutMs = 100,
): Promise<AttemptResult> {
  return attempt(aProbe(check, { timeoutMs }), aTarget(target), new AbortController().signal);
}

async function listening(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer((socket) => socket.on("error", () => undefined));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" ? (address?.port ?? 0) : 0,
    close: async () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}

test("a port that is open is found open, one that is not refuses", async () => {
  const server = await listening();
  const address = (): { host: string; port: number } => ({ host: "127.0.0.1", port: server.port });

  expect(await probe(tcp, { address })).toEqual({ ok: true, message: "port 3306 is open" });
  await server.close();
  expect(await probe(tcp, { address })).toEqual({ ok: false, message: "connection refused" });
});

test("behind a forwarder a connection counts only when it is not hung up on at once", async () => {
  const hangUp = createServer((socket) => void setTimeout(() => socket.end(), 10));
  await new Promise<void>((resolve) => void hangUp.listen(0, "127.0.0.1", resolve));
  const bound = hangUp.address();
  const port = typeof bound === "object" ? (bound?.port ?? 0) : 0;
  const server = await listening();
  const forwarded = (to: number) => () => ({ host: "127.0.0.1", port: to, isForwarded: true });
  const timing = { timeoutMs: 1000 };
  const attempted = async (to: number): Promise<AttemptResult> =>
    attempt(aProbe(tcp, timing), aTarget({ address: forwarded(to) }), new AbortController().signal);

  expect(await attempted(port)).toEqual({
    ok: false,
    message: "connection refused behind the published port",
  });
  expect(await attempted(server.port)).toMatchObject({ ok: true });
  await server.close();
  await new Promise((resolve) => void hangUp.close(resolve));
});

test("a socket that leads to another machine is taken in place of its address", async () => {
  await using folder = await temporaryFolder();
  const at = (name: string): string => join(folder.path, name);
  const open = createServer((socket) => socket.on("error", () => undefined)).listen(at("open"));
  const shut = createServer((socket) => void setTimeout(() => socket.end(), 200)).listen(
    at("shut"),
  );
  await Promise.all([open, shut].map((server) => once(server, "listening")));
  const attempted = async (name: string): Promise<boolean> => {
    const way = { host: "far.invalid", port: 1, isForwarded: true, socketPath: at(name) };
    return (await probe(tcp, { address: () => way }, 2000)).ok;
  };

  expect(await attempted("open")).toBe(true);
  // Later than a forwarder of this machine would.
  expect(await attempted("shut")).toBe(false);
  for (const server of [open, shut]) server.close();
});

test("a port that cannot be reached from here is said so, not waited for", async () => {
  expect(await probe(tcp, {})).toMatchObject({
    ok: false,
    message: "port 3306 cannot be reached from here",
  });
});

test.each<[number, string, AttemptResult]>([
  [0, "", { ok: true, message: "exit code 0" }],
  [0, "mysqld is alive\n", { ok: true, message: "mysqld is alive" }],
  [1, "first\nAccess denied\n", { ok: false, message: "exit code 1: Access denied" }],
  [126, "", { ok: false, message: "/usr/bin/healthy cannot be run in the image (126)" }],
  [127, "", { ok: false, message: "/usr/bin/healthy is not in the image (127)" }],
  [127, "sh: no\n", { ok: false, message: "/usr/bin/healthy is not in the image (127): sh: no" }],
  [255, " \n", { ok: false, message: "exit code 255" }],
])("a command that ends with %i and says %j", async (exitCode, output, expected) => {
  expect(await probe(exec, { exec: async () => ({ exitCode, output }) })).toEqual(expected);
});

test.each([
  ["ECONNREFUSED", "connection refused"],
  ["ECONNRESET", "connection reset"],
  ["EHOSTUNREACH", "no route to the container"],
  ["ENETUNREACH", "no route to the container"],
  ["EPIPE", "the socket's own words"],
])("an attempt that fails with %s says %s", async (code, message) => {
  const failing = async (): Promise<never> =>
    Promise.reject(Object.assign(new Error("the socket's own words"), { code }));
  expect(await probe(exec, { exec: failing })).toEqual({ ok: false, message });
});

test("a command that hangs is given up after the probe's timeout", async () => {
  const hangs: ProbeTarget["exec"] = async (_, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Error("aborted")));
    });

  expect(await probe(exec, { exec: hangs })).toEqual({
    ok: false,
    message: "no answer within 100 ms",
  });
});

test("a line of the log that matches is the answer", async () => {
  expect(
    await probe(logLine, { readLog: () => logOf("starting", "ready in 12 ms") }, 20_000),
  ).toEqual({
    ok: true,
    message: "ready in 12 ms",
  });
  expect(
    await probe(logLine, { readLog: () => logOf("not ready in 12 ms") }, 20_000),
  ).toMatchObject({
    ok: false,
  });
});

test("a pattern whose time grows without bound is given up, and nothing else waits for it", async () => {
  const line = `${"a".repeat(60)}!`;
  const astray = aProbe({ type: "log_line", pattern: "^(a+)+$" }, { timeoutMs: 300 });
  const target = aTarget({ readLog: () => logOf(line) });
  let ticks = 0;
  const clock = setInterval(() => (ticks += 1), 5);
  try {
    expect(await attempt(astray, target, new AbortController().signal)).toEqual({
      ok: false,
      message: "the log could not be searched for /^(a+)+$/ within 300 ms",
    });
  } finally {
    clearInterval(clock);
  }
  expect(ticks).toBeGreaterThan(3);

  const interruption = new AbortController();
  const reason = new Error("Interrupted by SIGINT.");
  setTimeout(() => interruption.abort(reason), 20);
  const endless = { ...astray, timeoutMs: 600_000 };
  await expect(attempt(endless, target, interruption.signal)).rejects.toBe(reason);
});

test.each([
  ["ready for connections", true],
  ["^\\[ready\\] .$", true],
  ["(a)\\1", true],
  ["a*", false],
  ["a+", false],
  ["a?", false],
  ["a{2}", false],
  ["a|b", false],
  ["(?=a)", false],
])("the pattern %s is bounded by its length: %s", (source, plain) => {
  expect(isPlain(source)).toBe(plain);
});

test("a log of any length is searched piece by piece", async () => {
  let given = 0;
  const long = async function* (): AsyncGenerator<string> {
    for (; given < 50_000; given += 1) yield given === 20_000 ? "ready in 5 ms" : "x".repeat(100);
  };
  expect(
    await attempt(
      aProbe(logLine, { timeoutMs: 20_000 }),
      aTarget({ readLog: long }),
      new AbortController().signal,
    ),
  ).toEqual({
    ok: true,
    message: "ready in 5 ms",
  });
  expect(given).toBeLessThan(25_000);
});

test("a line that answers is told in a length that can be read", async () => {
  const { message } = await probe(
    { type: "log_line", pattern: "x" },
    { readLog: () => logOf("x".repeat(60_000)) },
  );
  expect(message).toHaveLength(200);
});

test("what an attempt throws is a failed attempt, but an interruption stays one", async () => {
  const broken: ProbeTarget["readLog"] = async function* () {
    yield "starting";
    throw new Error("the Engine closed the connection");
  };
  expect(await probe(logLine, { readLog: broken })).toEqual({
    ok: false,
    message: "the Engine closed the connection",
  });

  const reason = new Error("Interrupted by SIGINT.");
  const interrupted = attempt(
    aProbe(logLine),
    aTarget({ readLog: broken }),
    AbortSignal.abort(reason),
  );
  await expect(interrupted).rejects.toBe(reason);
});
