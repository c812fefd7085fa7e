import { expect, test } from "vitest";
import { importService } from "../../support/import-compose.ts";

async function probeOf(healthcheck: string): Promise<unknown> {
  const { service } = await importService(`healthcheck: ${healthcheck}`);
  return service.probes?.[0];
}

const get = (port: number, path: string, more: object = {}): object => ({
  http_get: { port, path, scheme: "http", json: {}, redirects: 0, ...more },
});

test.each([
  ["[CMD, curl, -f, 'http://localhost:8080/health']", 8080, "/health", "localhost:8080", 0],
  ["curl -fsS http://127.0.0.1/ || exit 1", 80, "/", "127.0.0.1", 0],
  [
    "curl --fail --location http://localhost:3000 > /dev/null 2>&1 || exit 1",
    3000,
    "/",
    "localhost:3000",
    10,
  ],
  ["curl -sfL -o /dev/null -m 5 localhost:81/a?b=1", 81, "/a?b=1", "localhost:81", 10],
  ["wget -q --spider http://0.0.0.0:9000/ping", 9000, "/ping", "0.0.0.0:9000", 10],
  ["[CMD-SHELL, 'wget -qO- --tries=1 http://[::1]:1/x || exit 1']", 1, "/x", "[::1]:1", 10],
])(
  "what asks for a page asks for it from outside: %s",
  async (test_, port, path, host, redirects) => {
    expect(
      await probeOf(`{ test: ${test_.startsWith("[") ? test_ : JSON.stringify(test_)} }`),
    ).toMatchObject(get(port, path, { headers: { Host: host }, redirects }));
  },
);

test("a page over TLS is asked for over TLS", async () => {
  expect(await probeOf("{ test: curl -fk https://localhost/ }")).toMatchObject(
    get(443, "/", { scheme: "https" }),
  );
});

test.each([
  "nc -z localhost 5432",
  "/bin/busybox nc -z localhost 5432",
  "nc -zv 127.0.0.1 5432 || exit 1",
])("what connects to a port connects from outside: %s", async (line) => {
  expect(await probeOf(`{ test: ${line} }`)).toMatchObject({ tcp_socket: { port: 5432 } });
});

test.each([
  "curl http://localhost/",
  "curl -f http://other/",
  "curl -f http://localhost:$$PORT/",
  "curl -f -X POST http://localhost/",
  "curl -f http://localhost/ | grep ok",
  "curl -f http://localhost/ && check",
  "curl -f http://localhost/a http://localhost/b",
  "nc -z db 5432",
  "nc -z localhost $$PORT",
  "pg_isready -U postgres",
  "mysqladmin ping -h localhost",
])("anything else is run in the container as it was: %s", async (line) => {
  expect(await probeOf(`{ test: ${JSON.stringify(line)} }`)).toMatchObject({
    exec: { command: ["/bin/sh", "-c", line.replaceAll("$$", "$")] },
  });
});

test("a list is a program with its arguments, without a shell", async () => {
  expect(await probeOf("{ test: [CMD, pg_isready, -U, postgres] }")).toMatchObject({
    exec: { command: ["pg_isready", "-U", "postgres"] },
  });
});

test("timing stays; the time to become ready is what compose allows", async () => {
  const { service, notes } = await importService(`
healthcheck:
  test: check
  interval: 20s
  timeout: 3s
  retries: 5
  start_period: 1m
  start_interval: 1s`);
  expect(service.probes?.[0]).toMatchObject({
    interval: "20s",
    timeout: "3s",
    retries: 5,
    start_period: "160s",
  });
  expect(notes).toEqual(["changed: While a service starts, probes are tried every 25 ms."]);
});

test.each(["{ disable: true }", "{ test: [NONE] }"])("%s is no probe", async (healthcheck) => {
  expect(await importService(`healthcheck: ${healthcheck}`)).toMatchObject({ notes: [] });
  expect(await probeOf(healthcheck)).toBeUndefined();
});

test("a healthcheck of the image alone is not run, which is told", async () => {
  const { service, notes } = await importService("healthcheck: { interval: 5s }");
  expect(service.probes).toBeUndefined();
  expect(notes).toEqual([
    "lost: The image's own healthcheck is not run, and its timing has no counterpart.",
  ]);
});
