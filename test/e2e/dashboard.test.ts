import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasBrowser, launchBrowser } from "../support/browser.ts";
import { engineApi } from "../support/engine-api.ts";
import { failedChecks } from "../support/failed-checks.ts";
import { Rig } from "../support/rig.ts";
import { overflowOf, watchPage } from "../support/watch-page.ts";

const screenshots = path.resolve(import.meta.dirname, "../../artifacts/dashboard");

/**
 * One QClock for this file: its own stack and port, beside any that runs. The tests follow each
 * other.
 */
let rig: Rig;

beforeAll(async () => {
  rig = await Rig.createFromProject();
  const { exitCode, stderr } = await rig.qclock(["up"]);
  if (exitCode !== 0) throw new Error(`qclock up ended with ${exitCode}:\n${stderr}`);
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

describe("QClock", () => {
  test("up a second time must change no container", async () => {
    const before = await rig.containerIds();
    expect(await rig.qclock(["up"])).toMatchObject({
      exitCode: 0,
      stdout: `http://127.0.0.1:${rig.port}/\n`,
    });
    expect(await rig.containerIds()).toEqual(before);
  });

  test("verify must pass with nothing skipped, and write JUnit", async () => {
    const { exitCode, stdout } = await rig.qclock(["verify", "--junit", "verify.xml"]);
    expect(stdout).toMatch(/✔ verified: /);
    expect(exitCode).toBe(0);
    const junit = await readFile(path.join(rig.directory, "verify.xml"), "utf8");
    expect(junit).toContain('skipped="0"');
    expect(failedChecks(stdout)).toEqual([]);
  });

  test("the generated secrets must be in no variable, label, history or log", async () => {
    const { app, db } = await rig.containerIds();
    const secrets = await Promise.all(
      ["db_password", "db_root_password"].map(async (name) =>
        (await rig.qclock(["exec", "db", "cat", `/run/secrets/${name}`])).stdout.trim(),
      ),
    );
    expect(secrets.every((secret) => secret.length >= 32)).toBe(true);
    const logs = await rig.qclock(["logs"]);
    const texts = [
      ...(await Promise.all([app, db].map((id) => engineApi("GET", `/containers/${id}/json`)))),
      ...(await Promise.all(
        ["app", "db"].map((name) =>
          engineApi("GET", `/images/qclock.invalid/${rig.stack}/${name}:latest/history`),
        ),
      )),
      logs.stdout,
    ].map((each) => JSON.stringify(each));
    for (const secret of secrets) expect(texts.some((text) => text.includes(secret))).toBe(false);
  });
});

describe.skipIf(!hasBrowser)("the dashboard", () => {
  let browser: Browser;
  beforeAll(async () => {
    await mkdir(screenshots, { recursive: true });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
  });

  /**
   * The page as a visitor sees it, with everything that it asked for and every error on its
   * console.
   */
  async function visit(
    width: number,
    height: number,
  ): Promise<{
    readonly page: Page;
    readonly asked: readonly string[];
    readonly errors: readonly string[];
  }> {
    const page = await browser.newPage({ viewport: { width, height } });
    const seen = watchPage(page);
    await page.goto(`http://127.0.0.1:${rig.port}/`, { waitUntil: "networkidle" });
    return { page, ...seen };
  }

  test("must show that everything works, and ask nobody but itself", async () => {
    const { page, asked, errors } = await visit(1440, 900);
    await page.screenshot({ path: path.join(screenshots, "up.png"), fullPage: true });
    expect(await page.getByRole("status").innerText()).toMatch(/All systems work/);
    for (const name of ["PHP", "Database", "Identity", "Extensions"]) {
      expect(await page.getByRole("heading", { name }).isVisible()).toBe(true);
    }
    expect(await page.locator("article", { hasText: "Database" }).first().innerText()).toMatch(
      /up[\s\S]*10\.11/,
    );
    expect(asked.every((url) => url.startsWith(`http://127.0.0.1:${rig.port}/`))).toBe(true);
    expect(errors).toEqual([]);
    await page.close();
  });

  test("must have a clock that runs", async () => {
    const { page } = await visit(1440, 900);
    const clock = page.locator("#clock");
    const before = await clock.innerText();
    await expect.poll(() => clock.innerText(), { timeout: 3000 }).not.toBe(before);
    await page.close();
  });

  test("must fit a phone", async () => {
    const { page } = await visit(360, 740);
    await page.screenshot({ path: path.join(screenshots, "phone.png"), fullPage: true });
    expect(await overflowOf(page)).toBeLessThanOrEqual(0);
    await page.close();
  });

  test("must say that the database is down, without a trace or a secret, and verify must say why", async () => {
    const { db } = await rig.containerIds();
    await engineApi("POST", `/containers/${db}/stop?t=20`);

    const { page, errors } = await visit(1440, 900);
    await page.screenshot({ path: path.join(screenshots, "database-stopped.png"), fullPage: true });
    const text = await page.locator("body").innerText();
    expect(await page.getByRole("alert").innerText()).toMatch(/Database is down/);
    expect(await page.locator("article", { hasText: "Database" }).first().innerText()).toMatch(
      /down/,
    );
    expect(text).not.toMatch(/Stack trace|mysqli_|SQLSTATE|\/srv\/|Warning:/);
    expect(errors.filter((error) => !error.includes("503"))).toEqual([]);
    await page.close();

    const health = await fetch(`http://127.0.0.1:${rig.port}/health`);
    expect(health.status).toBe(503);
    expect(await health.json()).toMatchObject({
      status: "unavailable",
      database: { status: "down" },
    });

    const { exitCode, stdout } = await rig.qclock(["verify"]);
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(
      /PRB-001 probe .*3306.*failed[\s\S]*PRB-001 probe http_get:8080\/health.*failed[^\n]*\n +HTTP 503/,
    );
  });
});

describe("QClock, at its end,", () => {
  test("must come back with its data when up is run again", async () => {
    const { db } = await rig.containerIds();
    await engineApi("DELETE", `/containers/${db}?force=1`);
    expect(await rig.qclock(["up"])).toMatchObject({ exitCode: 0 });
    const health = await fetch(`http://127.0.0.1:${rig.port}/health`);
    expect(await health.json()).toMatchObject({ status: "ok" });
  });

  test("must not lose its data where nobody can be asked, and must leave nothing when it is told to", async () => {
    expect(await rig.qclock(["reset", "--purge-volumes"])).toMatchObject({ exitCode: 9 });
    expect(await rig.qclock(["reset", "--purge-volumes", "--images", "--yes"])).toMatchObject({
      exitCode: 0,
    });
    expect(await rig.observe()).toEqual({ containers: [], networks: [], volumes: [], images: [] });
  });
});
