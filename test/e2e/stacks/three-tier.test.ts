import { mkdir } from "node:fs/promises";
import { connect } from "node:net";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { hasBrowser, launchBrowser } from "../../support/browser.ts";
import { engineApi } from "../../support/engine-api.ts";
import { freePort } from "../../support/free-port.ts";
import { Rig } from "../../support/rig.ts";
import { overflowOf, watchPage } from "../../support/watch-page.ts";

const screenshots = path.resolve(import.meta.dirname, "../../../artifacts/three-tier");
const OK = '{"status":"OK","database_connection":"OK","message":"<<< OK >>>"}';
const AWAY =
  '{"status":"ERROR","database_connection":"ERROR","message":"The database does not answer."}';

/** One three-tier for this file. The tests follow each other. */
let rig: Rig;
let front: string;
let prometheus: string;

beforeAll(async () => {
  const port = await freePort();
  const prometheusPort = await freePort();
  front = `http://127.0.0.1:${port}`;
  prometheus = `http://127.0.0.1:${prometheusPort}`;
  rig = await Rig.createFromStack("three-tier", {
    environment: {
      THREE_TIER_PORT: String(port),
      THREE_TIER_PROMETHEUS_PORT: String(prometheusPort),
    },
  });
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

async function get(address: string): Promise<{ status: number; body: string }> {
  const answer = await fetch(address);
  return { status: answer.status, body: await answer.text() };
}

/** What the front answers to bytes that no client library would send. */
async function send(bytes: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect(Number(new URL(front).port), "127.0.0.1");
  let answer = "";
  socket.setEncoding("utf8").setTimeout(5000, () => socket.destroy());
  socket.on("data", (text: string) => {
    answer += text;
    // A server may wait for the rest of a request that it has refused.
    if (answer.includes("</html>")) socket.destroy();
  });
  socket.on("error", reject);
  socket.on("close", () => resolve(answer));
  socket.write(bytes);
  return promise;
}

/** Run SQL as root, inside the database's container. */
async function sql(statement: string): Promise<void> {
  const client = String.raw`exec mariadb --defaults-file=<(printf '[client]\npassword="%s"\n' "$(</run/secrets/db_root_password)") --socket=/run/three-tier/mariadb.sock --user=root --execute="$1" shop`;
  const ended = await rig.qclock(["exec", "db", "bash", "-c", client, "bash", statement]);
  expect(ended).toMatchObject({ exitCode: 0 });
}

describe("three-tier", () => {
  test("a first start whose database is killed while init.sql runs must be made up for by the next", async () => {
    const up = rig.start(["up"]);
    await up.saw(/service db: (?:waiting until ready|started)/);
    const { db } = await rig.containerIds();
    await expect
      .poll(() => engineApi("GET", `/containers/${db}/top`).then(JSON.stringify), {
        interval: 20,
        timeout: 60_000,
      })
      .toMatch(/--skip-networking/);
    await engineApi("POST", `/containers/${db}/kill`);
    expect(await up.ended).toMatchObject({ exitCode: 1 });

    expect(await rig.qclock(["up"])).toMatchObject({
      exitCode: 0,
      stdout: `${front}/\n${prometheus}/\n`,
    });
    const { stdout } = await rig.qclock(["exec", "db", "ls", "-A", "/var/lib/mysql"]);
    expect(stdout).toBe("data\n");
  });

  test("/status must answer exactly what was agreed, and /items every row that init.sql made", async () => {
    expect(await get(`${front}/status`)).toEqual({ status: 200, body: OK });
    const { status, body } = await get(`${front}/items`);
    expect(status).toBe(200);
    const items = z
      .array(z.strictObject({ id: z.int(), name: z.string(), description: z.string() }))
      .parse(JSON.parse(body));
    expect(items.map(({ name }) => name)).toEqual([
      "Rack screwdriver",
      "Patch cable 2 m",
      "Label printer",
      "Console cable",
      "Café card",
      "Torch",
    ]);
  });

  test.each([
    ["100 %", 1],
    ["%", 1],
    ["_", 0],
    ["' OR 1=1 -- ", 0],
    ["|", 0],
    ["\\", 0],
    ["é", 6],
    ["\u{1F600}\0", 0],
  ])("a search for %s must be words, and no SQL", async (words, count) => {
    const { status, body } = await get(`${front}/items?q=${encodeURIComponent(words)}`);
    expect(status).toBe(200);
    expect(JSON.parse(body)).toHaveLength(count);
  });

  test.each([
    ["an unknown parameter", "/items?id=1 OR 1=1", 400, "no meaning here"],
    ["a parameter that is given twice", "/items?q=a&q=b", 400, "more than once"],
    ["a long search", `/items?q=${"a".repeat(3000)}`, 400, "longer than 100"],
    ["a parameter of the status", "/status?verbose", 400, "no meaning here"],
    ["a long path", `/${"a".repeat(9000)}`, 414, "There is nothing here"],
    ["the metrics", "/metrics", 404, "There is nothing here"],
    ["a page for errors itself", "/errors/page.html", 404, "There is nothing here"],
  ])("GET of %s must be refused in words", async (_, target, expected, words) => {
    const { status, body } = await get(`${front}${target}`);
    expect(status).toBe(expected);
    expect(body).toContain(words);
    expect(body).not.toMatch(/Traceback|File "|pymysql|<center>/);
  });

  test.each([
    ["an odd method", "FROB /status HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 405],
    ["DELETE", "DELETE /items HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 405],
    ["a way up", "GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400],
    ["no request", "\u0016\u0003\u0001 hello\r\n\r\n", 400],
    [
      "a large body",
      "GET /items HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 99999\r\n\r\n",
      413,
    ],
  ])("%s must be refused by a page of the stack", async (_, bytes, status) => {
    const answer = await send(bytes);
    expect(answer).toMatch(new RegExp(String.raw`^HTTP/1\.1 ${status} `));
    expect(answer).toContain("There is nothing here");
    expect(answer).not.toMatch(/nginx\/|<center>/);
  });

  test("Prometheus must have looked at the API, and count its requests", async () => {
    const query = async (text: string): Promise<unknown> =>
      JSON.parse((await get(`${prometheus}/api/v1/query?query=${encodeURIComponent(text)}`)).body);
    const value = (expected: unknown): object => ({
      status: "success",
      data: { result: [{ value: [expect.any(Number), expected] }] },
    });
    expect(await query("up")).toMatchObject({
      data: { result: [{ metric: { job: "api", instance: "api:8080" } }] },
    });
    expect(await query("min(up)")).toMatchObject(value("1"));
    const counted = 'sum(http_requests_total{route="/items",status="400"}) >= bool 3';
    await expect.poll(() => query(counted), { timeout: 10_000 }).toMatchObject(value("1"));
  });

  test("only the API must reach the database", async () => {
    const { db } = await rig.containerIds();
    const networks = z
      .object({
        NetworkSettings: z.object({
          Networks: z.record(z.string(), z.object({ IPAddress: z.string() })),
        }),
      })
      .parse(await engineApi("GET", `/containers/${db}/json`)).NetworkSettings.Networks;
    const [address] = Object.values(networks).map(({ IPAddress }) => IPAddress);
    const greeting = (service: string, host: string | undefined): Promise<number | null> => {
      const connecting = `read -rn 1 </dev/tcp/${host}/3306`;
      return rig
        .qclock(["exec", service, "timeout", "3", "bash", "-c", connecting])
        .then(({ exitCode }) => exitCode);
    };
    for (const host of ["db", address]) {
      expect(await greeting("api", host)).toBe(0);
      const others = [greeting("front", host), greeting("prometheus", host)];
      for (const exitCode of await Promise.all(others)) expect([1, 124]).toContain(exitCode);
    }
  });

  test("verify must pass, with no exception but what an Engine brings", async () => {
    const { exitCode, stdout } = await rig.qclock(["verify"]);
    expect(exitCode).toBe(0);
    const told = [...stdout.matchAll(/^ +[✖!○] (\S+)/gmu)].map(([, id]) => id);
    // What the host listens on, and the way out of published ports on an Engine before 28.
    expect(told.filter((id) => id !== "NET-004" && id !== "RUN-015")).toEqual([]);
  });
});

describe.skipIf(!hasBrowser)("the page of three-tier", () => {
  let browser: Browser;
  beforeAll(async () => {
    await mkdir(screenshots, { recursive: true });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
  });

  async function visit(
    width: number,
  ): Promise<{ readonly page: Page } & ReturnType<typeof watchPage>> {
    const page = await browser.newPage({ viewport: { width, height: 800 } });
    const seen = watchPage(page);
    await page.goto(`${front}/`);
    return { page, ...seen };
  }

  test("must show the items as text, find some, and ask nobody but itself", async () => {
    await sql(
      `INSERT INTO items (name, description) VALUES ('<img src=x onerror=alert(1)>', '<script>alert(2)</script>')`,
    );
    const { page, asked, errors } = await visit(1200);
    await expect.poll(() => page.locator("#items li").count()).toBe(7);
    expect(await page.getByRole("status").innerText()).toMatch(/API and database answer/);
    expect(await page.locator("#items").innerText()).toContain("<img src=x onerror=alert(1)>");
    await page.screenshot({ path: path.join(screenshots, "items.png") });

    await page.getByLabel("Search").fill("cable");
    await expect.poll(() => page.locator("#items li").count()).toBe(3);
    await page.getByLabel("Search").fill("nobody has this");
    await expect.poll(() => page.locator("#count").innerText()).toMatch(/^Nothing with/);
    await sql("DELETE FROM items WHERE name LIKE '<img%'");

    expect(asked.filter((url) => !url.startsWith(`${front}/`))).toEqual([]);
    expect(errors).toEqual([]);
    await page.close();
  });

  test("must fit a phone", async () => {
    const { page } = await visit(360);
    await expect.poll(() => page.locator("#items li").count()).toBe(6);
    await page.screenshot({ path: path.join(screenshots, "phone.png"), fullPage: true });
    expect(await overflowOf(page)).toBeLessThanOrEqual(0);
    await page.close();
  });

  test("must say in words that the database is away, and the API must survive its restart", async () => {
    const { api } = await rig.containerIds();
    const { page } = await visit(1200);
    await expect.poll(() => page.locator("#items li").count()).toBe(6);

    expect(await rig.qclock(["stop", "db"])).toMatchObject({ exitCode: 0 });
    expect(await get(`${front}/status`)).toEqual({ status: 503, body: AWAY });
    expect(await get(`${front}/items`)).toEqual({ status: 503, body: AWAY });
    const alert = page.getByRole("alert");
    await expect
      .poll(() => alert.innerText(), { timeout: 20_000 })
      .toMatch(/The database does not answer\.\s+What is below was read at/);
    await page.screenshot({ path: path.join(screenshots, "database-away.png") });
    expect(await page.locator("#items li").count()).toBe(6);

    expect(await rig.qclock(["start", "db"])).toMatchObject({ exitCode: 0 });
    await expect
      .poll(() => get(`${front}/status`), { timeout: 10_000 })
      .toEqual({ status: 200, body: OK });
    await expect.poll(() => alert.isVisible(), { timeout: 20_000 }).toBe(false);
    expect((await rig.containerIds())["api"]).toBe(api);
    await page.close();
  });

  test("must say in words that the API is away, and the front must find it at another address", async () => {
    const { api = "" } = await rig.containerIds();
    const { page } = await visit(1200);
    await expect.poll(() => page.locator("#items li").count()).toBe(6);
    const { networks } = await rig.observe();
    const id = networks.find(({ name }) => name.endsWith("front-api"))?.id ?? "";
    const network = z
      .object({
        IPAM: z.object({ Config: z.array(z.object({ Subnet: z.string() })) }),
        Containers: z.record(z.string(), z.object({ IPv4Address: z.string() })),
      })
      .parse(await engineApi("GET", `/networks/${id}`));
    // Far from both addresses that are in use, and within the smallest network that qclock makes.
    const [subnet = ""] = network.IPAM.Config.map(({ Subnet }) => Subnet);
    const moved = subnet.replace(/(\d+)\/\d+$/u, (_, last: string) => String(Number(last) + 11));
    expect(network.Containers[api]?.IPv4Address.split("/")[0]).not.toBe(moved);

    await engineApi("POST", `/networks/${id}/disconnect`, { Container: api });
    expect(await get(`${front}/status`)).toMatchObject({ status: 503 });
    const alert = page.getByRole("alert");
    await expect
      .poll(() => alert.innerText(), { timeout: 20_000 })
      .toMatch(/The API does not answer\./);
    await engineApi("POST", `/networks/${id}/connect`, {
      Container: api,
      EndpointConfig: { Aliases: ["api"], IPAMConfig: { IPv4Address: moved } },
    });
    await expect
      .poll(() => get(`${front}/status`), { timeout: 15_000 })
      .toEqual({ status: 200, body: OK });
    await expect.poll(() => alert.isVisible(), { timeout: 20_000 }).toBe(false);
    await page.close();
  });
});

describe("three-tier, at its end,", () => {
  test("logs must go to the outputs of the containers, one JSON object for each request", async () => {
    const { stdout } = await rig.qclock(["logs", "front", "api"]);
    const lines = stdout.split("\n").filter((line) => line.includes('"http_request"'));
    const requests = lines.map((line) => ({
      service: line.split(" ")[0],
      ...z
        .object({ target: z.string(), status: z.int() })
        .parse(JSON.parse(line.slice(line.indexOf("{")))),
    }));
    for (const service of ["front", "api"]) {
      expect(requests).toContainEqual({ service, target: "/items?q=a&q=b", status: 400 });
    }
    // The long one was cut.
    expect(requests.every(({ target }) => target.length <= 1024)).toBe(true);
    // What is no request goes there as well, in the words of each program.
    expect(stdout).toMatch(/^front .*client intended to send too large body/mu);
    expect(stdout).toMatch(/^api +\| .*Booting worker/mu);
    expect(stdout).not.toMatch(/Traceback/);
  });

  test("the generated secrets must be in no log", async () => {
    const print = 'for file in /run/secrets/*; do echo "$(<"$file")"; done';
    const secrets = await rig.qclock(["exec", "db", "bash", "-c", print]);
    const values = secrets.stdout.split("\n").filter((line) => line !== "");
    expect(values.map(({ length }) => length)).toEqual([32, 32, 32]);
    const { stdout } = await rig.qclock(["logs", "--tail", "all"]);
    expect(stdout).toContain("first start: done");
    for (const value of values) expect(stdout).not.toContain(value);
  });

  test("a setting of the wrong form must end a service with one line", async () => {
    const run = async (service: string, setting: string): Promise<string> => {
      const ended = await rig.qclock(["run", "--no-deps", "--env", setting, service]);
      expect(ended.exitCode).not.toBe(0);
      return ended.stdout + ended.stderr;
    };
    expect(await run("front", "API_ADDRESS=api:8080; return 200")).toContain(
      "three-tier-front: API_ADDRESS must be a host name and a port",
    );
    const api = await run("api", "DB_PORT=http");
    expect(api).toContain("three-tier-api: DB_PORT must be a number from 1 to 65535");
    expect(api).not.toContain("Traceback");
    expect(await run("db", "DB_USER=root")).toContain("three-tier-db: DB_USER must not be root");
  });

  test("down and up must keep the items", async () => {
    await sql("INSERT INTO items (name, description) VALUES ('Kept', 'by the volume')");
    expect(await rig.qclock(["down"])).toMatchObject({ exitCode: 0 });
    expect(await rig.qclock(["up"])).toMatchObject({ exitCode: 0 });
    expect((await get(`${front}/items?q=Kept`)).body).toContain("by the volume");
  });
});
