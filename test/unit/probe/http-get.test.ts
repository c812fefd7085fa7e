import { createServer, type RequestListener } from "node:http";
import { expect, test } from "vitest";
import { attempt } from "../../../src/probe/attempt.ts";
import type { AttemptResult } from "../../../src/probe/target.ts";
import type { Probe, ProbeCheck } from "../../../src/stack/stack.ts";
import { aProbe, aTarget } from "../../support/a-probe.ts";

type HttpGet = Extract<ProbeCheck, { type: "http_get" }>;

/** Probe a server of this machine that answers as it is told. */
async function probe(
  answer: RequestListener,
  check: Partial<HttpGet> = {},
  timing: Partial<Probe> = {},
): Promise<AttemptResult> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  const target = aTarget({ address: () => ({ host: "127.0.0.1", port }) });
  const http: HttpGet = {
    type: "http_get",
    scheme: "http",
    port: 80,
    path: "/health",
    headers: new Map(),
    status: [],
    json: new Map(),
    redirects: 0,
    ...check,
  };
  try {
    return await attempt(aProbe(http, timing), target, new AbortController().signal);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => void server.close(resolve));
  }
}

const says =
  (status: number, body = "", headers: Record<string, string> = {}): RequestListener =>
  (_, response) =>
    void response.writeHead(status, headers).end(body);

test.each([
  [200, [], true],
  [204, [], true],
  [301, [], true],
  [404, [], false],
  [500, [], false],
  [503, [503], true],
  [200, [204], false],
])("status %i is judged against %j", async (status, accepted, ok) => {
  expect(await probe(says(status), { status: accepted })).toMatchObject({ ok });
});

test("a refusal tells the status and what the service says of it, but no page", async () => {
  expect(await probe(says(503, '{"database":"down"}\n'))).toEqual({
    ok: false,
    message: 'HTTP 503: {"database":"down"}',
  });
  expect((await probe(says(500, "<html>…</html>"))).message).toBe("HTTP 500");
  expect((await probe(says(500, "x".repeat(5000)))).message.length).toBeLessThan(230);
});

test("a page that is not the one expected fails although its status is 200", async () => {
  const login = says(200, "<h1>Please log in</h1>");

  expect(await probe(login, { body: "Dashboard" })).toMatchObject({
    ok: false,
    message: expect.stringContaining('does not contain "Dashboard"'),
  });
  expect(await probe(login, { body: "log in" })).toMatchObject({ ok: true });
});

test.each<[string, string | number | boolean, boolean, string]>([
  ["database.status", "up", true, "HTTP 200"],
  ["database.latency", 3, true, "HTTP 200"],
  ["database.replica", false, true, "HTTP 200"],
  ["database.status", "down", false, 'database.status is "up" instead of "down"'],
  ["database.latency", "3", false, 'database.latency is 3 instead of "3"'],
  ["checks.0.name", "disk", true, "HTTP 200"],
  ["nothing.here", "x", false, 'nothing.here is undefined instead of "x"'],
  ["__proto__.polluted", "x", false, '__proto__.polluted is undefined instead of "x"'],
])("the JSON value %s must be %j: %s", async (path, expected, ok, message) => {
  const body = JSON.stringify({
    database: { status: "up", latency: 3, replica: false },
    checks: [{ name: "disk" }],
  });

  expect(await probe(says(200, body), { json: new Map([[path, expected]]) })).toEqual({
    ok,
    message,
  });
});

test("an answer that should be JSON and is not fails", async () => {
  expect(await probe(says(200, "OK"), { json: new Map([["status", "up"]]) })).toMatchObject({
    ok: false,
    message: "HTTP 200, but the body is not JSON",
  });
});

test("redirects are followed to the same service alone, and only as often as allowed", async () => {
  const paths: string[] = [];
  const app: RequestListener = (request, response) => {
    paths.push(request.url ?? "");
    if (request.url === "/done?x=1") response.writeHead(200).end("here");
    else response.writeHead(302, { location: "http://elsewhere.invalid:9/done?x=1" }).end();
  };

  expect(await probe(app, { redirects: 1, body: "here" })).toMatchObject({ ok: true });
  expect(paths).toEqual(["/health", "/done?x=1"]);
  const loop = says(302, "", { location: "/health" });
  expect(await probe(loop, { redirects: 3, status: [200] })).toMatchObject({
    ok: false,
    message: "HTTP 302",
  });
});

test("headers are sent", async () => {
  const app: RequestListener = (request, response) =>
    void response.writeHead(request.headers.authorization === "Bearer x" ? 200 : 401).end();

  expect(await probe(app)).toMatchObject({ ok: false });
  expect(await probe(app, { headers: new Map([["Authorization", "Bearer x"]]) })).toMatchObject({
    ok: true,
  });
});

test("a service that does not answer fails after the probe's own timeout", async () => {
  const startedMs = performance.now();

  expect(await probe(() => undefined, {}, { timeoutMs: 60 })).toEqual({
    ok: false,
    message: "no answer within 60 ms",
  });
  expect(performance.now() - startedMs).toBeLessThan(1000);
});

test("an answer whose body never ends counts by the probe's timeout", async () => {
  const drip: RequestListener = (_, response) => void response.writeHead(200).write("a");

  expect(await probe(drip, { body: "b" }, { timeoutMs: 60 })).toMatchObject({ ok: false });
});

test("a body without end is read only so far", async () => {
  const flood: RequestListener = (_, response) => {
    const write = (): void => {
      while (!response.destroyed && response.write("x".repeat(65_536)));
      response.once("drain", write);
    };
    write();
  };

  expect(await probe(flood, { body: "never" }, { timeoutMs: 5000 })).toMatchObject({ ok: false });
});

test("a connection that is closed without an answer fails in words", async () => {
  const { ok, message } = await probe((request) => void request.socket.destroy());

  expect(ok).toBe(false);
  expect(message).toMatch(/reset|hang up/);
});
