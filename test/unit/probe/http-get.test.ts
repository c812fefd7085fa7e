import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { networkInterfaces } from "node:os";
import { expect, test } from "vitest";
import { attempt } from "../../../src/probe/attempt.ts";
import type { AttemptResult } from "../../../src/probe/target.ts";
import type { ProbeCheck } from "../../../src/stack/services/probe-kinds.ts";
import type { Probe } from "../../../src/stack/stack.ts";
import { aProbe, aTarget } from "../../support/a-probe.ts";
import { selfSigned } from "../../support/self-signed.ts";

type HttpGet = Extract<ProbeCheck, { type: "http_get" }>;

/** Probe a server of this machine that answers as it is told. */
async function probe(
  answer: RequestListener,
  check: Partial<HttpGet> = {},
  timing: Partial<Probe> = {},
  host = "127.0.0.1",
): Promise<AttemptResult> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => void server.listen(0, host, resolve));
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  const target = aTarget({ address: () => ({ host, port }) });
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

test("redirects to the same service are followed, and the last answer counts", async () => {
  const paths: string[] = [];
  const app: RequestListener = (request, response) => {
    paths.push(request.url ?? "");
    if (request.url === "/done?x=1") response.writeHead(200).end("here");
    else response.writeHead(302, { location: "/done?x=1#top" }).end();
  };

  expect(await probe(app, { redirects: 1, body: "here" })).toMatchObject({ ok: true });
  expect(paths).toEqual(["/health", "/done?x=1"]);
});

test.each([
  ["the address that it was asked at", {}, "http://HOST/done"],
  ["its port inside the container", {}, "http://127.0.0.1:80/done"],
  [
    "the name that the probe gives it",
    { headers: new Map([["host", "Shop.example"]]) },
    "http://shop.example/done",
  ],
])("a redirect to %s is one to the service", async (_, check, location) => {
  const paths: string[] = [];
  const app: RequestListener = (request, response) => {
    paths.push(request.url ?? "");
    if (request.url === "/done") return void response.end("here");
    const host = `127.0.0.1:${request.socket.localPort}`;
    response.writeHead(302, { location: location.replace("HOST", host) }).end();
  };

  expect(await probe(app, { ...check, redirects: 1, body: "here" })).toMatchObject({ ok: true });
  expect(paths).toEqual(["/health", "/done"]);
});

test.each<[number, string, string]>([
  [
    1,
    "http://user:secret@elsewhere.invalid:9/done?token=secret",
    "http://elsewhere.invalid:9/done?…",
  ],
  [3, "//elsewhere.invalid/done", "//elsewhere.invalid/done"],
  [3, "/\\elsewhere.invalid/done", "/\\elsewhere.invalid/done"],
  [3, "https://127.0.0.1/", "https://127.0.0.1/"],
  [3, "javascript:alert(1)", "javascript:alert(1)"],
  [0, "http://elsewhere.invalid/", "http://elsewhere.invalid/"],
])("with %i redirects one to %s is a failure that names it", async (redirects, location, shown) => {
  let requests = 0;
  const app: RequestListener = (_, response) => {
    requests += 1;
    response.writeHead(302, { location }).end("secret page");
  };

  const { ok, message } = await probe(app, { redirects });
  expect({ ok, requests }).toEqual({ ok: false, requests: 1 });
  expect(message).toContain(`HTTP 302 to ${shown}, which is not this service and is not followed`);
  expect(message).not.toContain("secret");
});

test("a redirect that is not followed counts where its status is listed, and one to the service by default", async () => {
  const elsewhere = says(302, "", { location: "https://elsewhere.invalid/" });

  expect(await probe(elsewhere, { status: [302] })).toEqual({ ok: true, message: "HTTP 302" });
  expect(await probe(says(302, "", { location: "/login" }))).toMatchObject({ ok: true });
});

test("redirects that do not end are never an answer", async () => {
  const circle = says(302, "", { location: "/health" });
  const message = "HTTP 302 to /health, in a circle";
  for (const redirects of [0, 3, 10])
    expect(await probe(circle, { redirects })).toEqual({ ok: false, message });

  let count = 0;
  const endless: RequestListener = (_, response) =>
    void response.writeHead(302, { location: `/${(count += 1)}` }).end();
  expect(await probe(endless, { redirects: 10, status: [302] })).toEqual({
    ok: false,
    message: "HTTP 302 to /11, after 10 redirects, which is as many as allowed",
  });
  expect(count).toBe(11);
});

test.each([
  ["//127.0.0.2:PORT/steal", "//127.0.0.2:PORT/steal"],
  ["/\\127.0.0.2:PORT/steal", "/\\127.0.0.2:PORT/steal"],
  ["//user:pass@127.0.0.2:PORT/", "//user:pass@127.0.0.2:PORT/"],
  ["/a%2Fb/%2e%2e/c", "/a%2Fb/%2e%2e/c"],
  ["/é", "/%C3%A9"],
  ["/http://127.0.0.2:PORT/", "/http://127.0.0.2:PORT/"],
])("the path %s stays on the service", async (path, asked) => {
  const paths: string[] = [];
  const app: RequestListener = (request, response) => {
    paths.push(`${request.url ?? ""} ${request.headers.authorization ?? ""}`);
    response.end();
  };
  let strayed = 0;
  const host = createServer((_, response) => void response.end(String((strayed += 1))));
  await new Promise<void>((resolve) => void host.listen(0, "127.0.0.2", resolve));
  const bound = host.address();
  const port = typeof bound === "object" ? (bound?.port ?? 0) : 0;
  try {
    const check = {
      path: path.replace("PORT", `${port}`),
      headers: new Map([["Authorization", "x"]]),
    };
    expect(await probe(app, check)).toMatchObject({ ok: true });
  } finally {
    await new Promise((resolve) => void host.close(resolve));
  }
  expect(paths).toEqual([`${asked.replace("PORT", `${port}`)} x`]);
  expect(strayed).toBe(0);
});

test.each(["http://127.0.0.2/", "@127.0.0.2/", ".evil.invalid/", "0/"])(
  "the path %s, which the manifest would refuse, is asked of nobody",
  async (path) => {
    let requests = 0;
    const app: RequestListener = (_, response) => void response.end(String((requests += 1)));
    expect(await probe(app, { path })).toMatchObject({ ok: false });
    expect(requests).toBe(0);
  },
);

test.each([
  ["X-Probe", "a\r\nHost: elsewhere.invalid"],
  ["X-Probe\r\nHost", "elsewhere.invalid"],
])("the header %j: %j, which the manifest would refuse, is not sent", async (name, value) => {
  let requests = 0;
  const app: RequestListener = (_, response) => void response.end(String((requests += 1)));
  expect(await probe(app, { headers: new Map([[name, value]]) })).toMatchObject({ ok: false });
  expect(requests).toBe(0);
});

test("an address of IPv6 is asked, and its redirects followed", async ({ skip }) => {
  if (
    !Object.values(networkInterfaces())
      .flat()
      .some((each) => each?.address === "::1")
  )
    skip();
  const app: RequestListener = (request, response) => {
    if (request.url === "/done") return void response.end("here");
    response.writeHead(302, { location: `http://${request.headers.host}/done` }).end();
  };
  expect(await probe(app, { redirects: 1, body: "here" }, {}, "::1")).toMatchObject({ ok: true });
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

test("a body of a megabyte is read to its end", async () => {
  const body = "here".padStart(1024 ** 2, " ");

  expect(await probe(says(200, body), { body: "here" }, { timeoutMs: 5000 })).toMatchObject({
    ok: true,
  });
});

test("a connection that is closed without an answer fails in words", async () => {
  const { ok, message } = await probe((request) => void request.socket.destroy());

  expect(ok).toBe(false);
  expect(message).toMatch(/reset|hang up/);
});

test("a service with a certificate of its own is asked all the same", async () => {
  const paths: string[] = [];
  const server = createTlsServer(selfSigned("app"), (request, response) => {
    paths.push(request.url ?? "");
    if (request.url === "/health") response.writeHead(302, { location: "/done" }).end();
    else response.end("here");
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  const check: HttpGet = {
    type: "http_get",
    scheme: "https",
    port: 443,
    path: "/health",
    headers: new Map(),
    status: [],
    body: "here",
    json: new Map(),
    redirects: 1,
  };
  const target = aTarget({ address: () => ({ host: "127.0.0.1", port }) });
  try {
    expect(await attempt(aProbe(check), target, new AbortController().signal)).toEqual({
      ok: true,
      message: "HTTP 200",
    });
    expect(paths).toEqual(["/health", "/done"]);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => void server.close(resolve));
  }
});
