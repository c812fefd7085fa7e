import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasBrowser, launchBrowser, openWhole } from "../../support/browser.ts";
import { engineApi } from "../../support/engine-api.ts";
import { hostPythonIndex } from "../../support/python-index.ts";
import { makeCode, makeCodes, readStats, someTexts, workersOf } from "../../support/qr-client.ts";
import { type QrDecoder, startQrDecoder } from "../../support/qr-decoder.ts";
import { failedChecks } from "../../support/failed-checks.ts";
import { Rig } from "../../support/rig.ts";
import { watchPage } from "../../support/watch-page.ts";

const onCi = process.env["CI"] === "true";
const index = await hostPythonIndex("streamlit");
// Where changes are judged the index is there, and not seeing it is a failure.
const canRun = index.answers || onCi;
if (!canRun) console.warn("qrcode is not tested: the index of the host's pip does not answer.");

/** One stack for this file; the tests follow each other. */
let rig: Rig;
let url: string;
let decoder: QrDecoder;

describe.runIf(canRun)("the stack qrcode", () => {
  beforeAll(async () => {
    rig = await Rig.createFromStack("qrcode", { environment: index.environment });
    const up = { environment: { QRCODE_PORT: String(rig.port) } };
    const [{ exitCode, stdout, stderr }, started] = await Promise.all([
      rig.qclock(["up"], up),
      startQrDecoder(rig.environment),
    ]);
    if (exitCode !== 0) throw new Error(`qclock up ended with ${exitCode}:\n${stderr}`);
    decoder = started;
    url = stdout.trim();
    // With nothing at hand 120 MB of wheels are fetched and unpacked first.
  }, 600_000);
  afterAll(async () => {
    await decoder?.[Symbol.asyncDispose]();
    for (const id of await workersOf(rig.stack)) await remove(id);
    await rig[Symbol.asyncDispose]();
  });

  test("is verified, with the exceptions alone that the manifest names", async () => {
    const { exitCode, stdout } = await qclock(["verify"]);
    expect(stdout).toMatch(/✔ verified: /);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/○ RUN-011 .*it launches a worker for each code/);
    expect(failedChecks(stdout)).toEqual([]);
  });

  test("says that it is well, and shows its API without anything from elsewhere", async (context) => {
    const health = await fetch(new URL("/api/health", url));
    expect(await health.json()).toEqual({ status: "ok", broker: "ok" });
    context.skip(!hasBrowser && !onCi, "there is no browser");
    await using browser = await launchBrowser();
    const page = await browser.newPage();
    const { asked } = watchPage(page);
    const docs = new URL("/api/docs", url).href;
    await openWhole(page, docs, page.getByText("/api/codes", { exact: true }));
    await page.getByText("/api/codes", { exact: true }).click();
    await page.getByRole("button", { name: "Try it out" }).click();
    await page.getByRole("button", { name: "Execute" }).click();
    await page.locator(".live-responses-table .response-col_status", { hasText: "200" }).waitFor();
    expect(asked.filter(isElsewhere)).toEqual([]);
  });

  test("the page makes a code that reads as what was written", async (context) => {
    context.skip(!hasBrowser && !onCi, "there is no browser");
    await using browser = await launchBrowser();
    const page = await browser.newPage();
    const { asked } = watchPage(page);
    page.setDefaultTimeout(60_000);
    await openWhole(page, url, page.getByLabel("Text"));
    await page.getByLabel("Text").fill("https://shop.example/täglich");
    await page.getByRole("button", { name: "Make the code" }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download" }).click(),
    ]);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    const shown = await page.locator("img").first().screenshot();
    const read = await decoder.decode([Buffer.concat(chunks), shown]);
    expect(read.map(String)).toEqual(Array(2).fill("https://shop.example/täglich"));
    expect(asked.filter(isElsewhere)).toEqual([]);
  });

  test("100 codes, 20 at a time, are all right, and no worker is left", async () => {
    const before = await readStats(url);
    const texts = someTexts(100);
    const answers = await makeCodes(url, texts, 20);

    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    const read = await decoder.decode(answers.map(({ body }) => body));
    expect(read.map(String)).toEqual(texts);
    expect(await workersOf(rig.stack)).toEqual([]);
    const { jobs, running, waiting } = await readStats(url);
    expect(jobs["done"]).toBe((before.jobs["done"] ?? 0) + 100);
    expect({ running, waiting }).toEqual({ running: 0, waiting: 0 });
  });

  test.each([
    ["control characters", { text: "a\u0000b" }],
    ["nothing", { text: "" }],
    ["too much", { text: "ä".repeat(1001) }],
    ["half of a pair", { text: "\uD800" }],
    ["what it does not know", { text: "a", image: "alpine" }],
    ["no text", { text: 5 }],
  ])("the API refuses %s in a sentence", async (_, body) => {
    const answer = await fetch(new URL("/api/codes", url), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toEqual({ error: expect.stringMatching(/^body/) });
  });

  test("whoever reaches the broker can ask for codes, and for nothing else", async () => {
    const sinceSeconds = Math.floor(Date.now() / 1000);
    const before = await readStats(url);
    const { exitCode, stdout } = await qclock(["exec", "-T", "api", "python3", "-"], hostile);
    expect(exitCode).toBe(0);
    const answers = stdout.trim().split("\n");
    expect(answers.filter((line) => !/^4\d\d /.test(line))).toEqual([]);
    expect(answers).toHaveLength(hostileCount);

    const after = await readStats(url);
    const sum = (counts: Readonly<Record<string, number>>): number =>
      Object.values(counts).reduce((total, count) => total + count, 0);
    expect(sum(after.refused) - sum(before.refused)).toBe(hostileCount);
    expect(after.jobs).toEqual(before.jobs);
    expect(createdFrom(`qclock.invalid/${rig.stack}/`, sinceSeconds)).toBe("");
    // The Engine's socket is in the broker alone.
    const { stdout: seen } = await qclock(["exec", "-T", "api", "ls", "/run"]);
    expect(seen).not.toContain("engine");
  });

  test("workers that a killed broker left are removed when it starts again", async () => {
    await engineApi("POST", "/containers/create", {
      Image: `qclock.invalid/${rig.stack}/worker:latest`,
      Labels: { "qrcode.worker": rig.stack },
    });
    expect(await workersOf(rig.stack)).toHaveLength(1);
    const codes = makeCodes(url, someTexts(8), 8);
    await expect.poll(async () => (await workersOf(rig.stack)).length).toBeGreaterThan(1);
    // From within, as a crash: what is killed by way of the Engine is not started again. -1 is all
    // processes but the first and the shell itself.
    await qclock(["exec", "-T", "broker", "bash", "-c", "kill -KILL -1"]);
    // Those who waited are told to come again.
    for (const { status } of await codes) expect([200, 503]).toContain(status);

    await expect
      .poll(async () => (await fetch(new URL("/api/health", url))).status, { timeout: 60_000 })
      .toBe(200);
    expect((await readStats(url)).swept).toBeGreaterThanOrEqual(1);
    await expect.poll(async () => await workersOf(rig.stack), { timeout: 30_000 }).toEqual([]);
    expect((await makeCode(url, "after all")).status).toBe(200);
  });

  test("workers that hang are removed, and beyond the queue the answer is when to come again", async () => {
    await rig.write(
      "stack.override.yaml",
      `images:
  worker:
    packages: { debian-12: [coreutils] }
    entrypoint: !override [/bin/sleep, "600"]
services:
  broker:
    environment: { WORKERS: "1", QUEUE: "2", DEADLINE_SECONDS: "3" }
`,
    );
    const { exitCode, stderr } = await qclock(["up"]);
    expect(stderr).toContain("✔ up");
    expect(exitCode).toBe(0);

    const answers = await makeCodes(url, someTexts(6), 6);
    const full = answers.filter(({ status }) => status === 503);
    const late = answers.filter(({ status }) => status === 504);
    expect([full.length, late.length]).toEqual([3, 3]);
    for (const { retryAfter, body } of full) {
      expect(retryAfter).toMatch(/^[1-9]\d?$/);
      expect(body.toString("utf8")).toContain("queue is full");
    }
    for (const { body } of late) expect(body.toString("utf8")).toContain("took too long");
    expect((await readStats(url)).jobs).toMatchObject({ queue_full: 3, timed_out: 3 });
    expect(await workersOf(rig.stack)).toEqual([]);
  });
});

/** Whether an address is neither the stack's nor in the page itself. */
function isElsewhere(address: string): boolean {
  return !/^(?:data|blob):/.test(address) && new URL(address).origin !== new URL(url).origin;
}

async function qclock(args: readonly string[], input = "") {
  return rig.qclock(args, { environment: { QRCODE_PORT: String(rig.port) }, input });
}

async function remove(id: string): Promise<void> {
  await engineApi("DELETE", `/containers/${id}?force=1`).catch(() => undefined);
}

/** Containers that were made from an image since then. */
function createdFrom(image: string, sinceSeconds: number): string {
  const until = String(Math.ceil(Date.now() / 1000));
  const filters = ["--filter", "type=container", "--filter", "event=create"];
  const format = ["--format", "{{.Actor.Attributes.image}}"];
  const since = ["--since", String(sinceSeconds), "--until", until];
  const lines = execFileSync("docker", ["events", ...since, ...filters, ...format], {
    encoding: "utf8",
  });
  return lines
    .split("\n")
    .filter((line) => line.startsWith(image))
    .join();
}

/** Requests that are none of the broker's three, as somebody would send who has taken the API. */
const create = JSON.stringify({
  Image: "alpine",
  HostConfig: { Privileged: true, Binds: ["/:/host"] },
});
const text = "Content-Type: text/plain; charset=utf-8\r\n";
const hostileRequests = [
  post("/containers/create", create),
  post("/v1.41/containers/create?name=x", create),
  post("/jobs/../containers/create", create),
  post("/jobs?image=alpine", "a", text),
  post("/jobs/%2e%2e/containers/create", create),
  post("//containers/create", create),
  post("http://engine/containers/create", create),
  post(`/containers/${"a".repeat(64)}/exec`, JSON.stringify({ Cmd: ["sh"], Privileged: true })),
  post(`/containers/${"a".repeat(64)}/attach?stream=1`, ""),
  post("/build?remote=git", ""),
  post("/images/create?fromImage=alpine", ""),
  get("/containers/json?all=1"),
  get("/images/json"),
  get("/info"),
  get("/_ping"),
  get("/events"),
  get("/jobs"),
  post("/jobs", create),
  post("/jobs", "x".repeat(2001), text),
  post("/jobs", "a\u001B[2J", text),
  post("/jobs", "a", `${text}Content-Length: 1\r\n`),
  post("/jobs", "a", `${text}Transfer-Encoding: chunked\r\n`),
  post("/jobs", "a", `${text}Upgrade: tcp\r\n`),
  post("/jobs", "a", `${text}Expect: 100-continue\r\n`),
  post("/jobs", "a", `${text}X: ${"a".repeat(9000)}\r\n`),
  "CONNECT engine:2375 HTTP/1.1\r\nHost: engine\r\n\r\n",
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  `DELETE /containers/${"a".repeat(64)}?force=1 HTTP/1.1\r\nHost: b\r\n\r\n`,
];
const hostileCount = hostileRequests.length;

/** A program for the API's container: sends each, and prints the first line of each answer. */
const hostile = `import base64, socket
for request in "${hostileRequests.map((each) => Buffer.from(each).toString("base64")).join(" ")}".split():
    with socket.socket(socket.AF_UNIX) as broker:
        broker.settimeout(20)
        broker.connect("/run/qrcode/gate/broker.sock")
        broker.sendall(base64.b64decode(request))
        print(broker.recv(9999).decode("latin1").split("\\r\\n")[0].partition(" ")[2])
`;

function post(
  target: string,
  body: string,
  headers = "Content-Type: application/json\r\n",
): string {
  return `POST ${target} HTTP/1.1\r\nHost: b\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`;
}

function get(target: string): string {
  return `GET ${target} HTTP/1.1\r\nHost: b\r\n\r\n`;
}
