import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasBrowser, launchBrowser } from "../support/browser.ts";
import { engineApi } from "../support/engine-api.ts";
import { freePort } from "../support/free-port.ts";
import { ensureKeycloakArchive } from "../support/keycloak-archive.ts";
import { failedChecks } from "../support/failed-checks.ts";
import { Rig, sharedStore } from "../support/rig.ts";

const hasArchive = await ensureKeycloakArchive(sharedStore());

test("Keycloak's archive must be there where a change is judged", () => {
  // oxlint-disable-next-line node/no-process-env -- where tests run, and no part of qclock
  expect(hasArchive || process.env["CI"] !== "true").toBe(true);
});

describe.skipIf(!hasBrowser || !hasArchive)("QClock with its identity service", () => {
  /** One stack for this file, in which everybody has to sign in. The tests follow each other. */
  let rig: Rig;
  let browser: Browser;
  let dashboard: string;
  let identity: string;
  let password: string;
  let printed: string;

  beforeAll(async () => {
    const port = await freePort();
    rig = await Rig.createFromProject({
      environment: {
        QCLOCK_PROFILES: "identity",
        QCLOCK_LOGIN: "required",
        QCLOCK_IDENTITY_PORT: String(port),
      },
    });
    dashboard = `http://127.0.0.1:${rig.port}`;
    identity = `http://127.0.0.1:${port}`;
    const { exitCode, stdout, stderr } = await rig.qclock(["up"]);
    if (exitCode !== 0) throw new Error(`qclock up ended with ${exitCode}:\n${stderr}`);
    printed = stdout;
    password = await secretOf("identity_demo_password");
    browser = await launchBrowser();
  }, 900_000);
  afterAll(async () => {
    await browser?.close();
    await rig?.[Symbol.asyncDispose]();
  });

  async function secretOf(name: string): Promise<string> {
    const service = name === "identity_db_password" ? "identity-db" : "identity";
    const read = await rig.qclock(["exec", service, "cat", `/run/secrets/${name}`]);
    expect(read.stdout.trim()).toMatch(/^\w{32}$/);
    return read.stdout.trim();
  }

  /** A browser of its own, without any cookie, at the form. */
  async function atForm(): Promise<{
    readonly context: BrowserContext;
    readonly page: Page;
    readonly [Symbol.asyncDispose]: () => Promise<void>;
  }> {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${dashboard}/`);
    await page.waitForURL(`${identity}/realms/qclock/**`);
    return { context, page, [Symbol.asyncDispose]: () => context.close() };
  }

  async function signIn(page: Page, word = password): Promise<void> {
    await page.locator("#username").fill("demo");
    await page.locator("#password").fill(word);
    await page.locator("#kc-login").click();
  }

  async function atDashboard(): ReturnType<typeof atForm> {
    const visit = await atForm();
    await signIn(visit.page);
    await visit.page.waitForURL(`${dashboard}/`);
    return visit;
  }

  /** What the dashboard answers to a visitor with these cookies, without following it. */
  async function answerTo(target: string, cookies: Readonly<Record<string, string>> = {}) {
    const cookie = Object.entries(cookies)
      .map(([name, value]) => `${name}=${value}`)
      .join("; ");
    const response = await fetch(`${dashboard}${target}`, {
      redirect: "manual",
      headers: { cookie },
    });
    const text = await response.text();
    return { status: response.status, location: response.headers.get("location"), text };
  }

  async function cookieOf(context: BrowserContext, name: string): Promise<string> {
    const found = (await context.cookies(dashboard)).find((cookie) => cookie.name === name);
    if (found === undefined) throw new Error(`no cookie ${name}`);
    expect(found).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/" });
    return found.value;
  }

  test("up must print both addresses, first the one that the other depends on", () => {
    expect(printed).toBe(`${identity}/\n${dashboard}/\n`);
  });

  test("verify must pass, and prove the services of the profile", async () => {
    const { exitCode, stdout } = await rig.qclock(["verify"]);
    expect(stdout).toMatch(/✔ verified: /);
    expect(exitCode).toBe(0);
    expect(failedChecks(stdout)).toEqual([]);
  });

  test("the generated secrets must be in no variable, label, history or log", async () => {
    const names = ["identity_db_password", "identity_admin_password", "identity_demo_password"];
    const secrets = await Promise.all(names.map((name) => secretOf(name)));
    const ids = await rig.containerIds();
    const services = ["identity-db", "identity-build", "identity"];
    const { stdout } = await rig.qclock(["logs"]);
    const texts = [
      stdout,
      ...(await Promise.all(
        services.map((name) => engineApi("GET", `/containers/${ids[name]}/json`)),
      )),
      ...(await Promise.all(
        services.map((name) =>
          engineApi("GET", `/containers/${ids[name]}/top?ps_args=auxeww`).catch(() => ""),
        ),
      )),
    ].map((each) => JSON.stringify(each));
    for (const secret of secrets) expect(texts.some((text) => text.includes(secret))).toBe(false);
  });

  test("health must stay open, and the page must be for who has signed in", async () => {
    const health = await answerTo("/health");
    expect([health.status, JSON.parse(health.text)]).toEqual([
      200,
      expect.objectContaining({ status: "ok" }),
    ]);
    expect(await answerTo("/")).toMatchObject({ status: 303, location: `${dashboard}/login` });
    const script = await fetch(`${dashboard}/`, { headers: { "sec-fetch-dest": "empty" } });
    expect(script.status).toBe(401);
    expect(await script.text()).not.toContain("Image digest");
  });

  test("a wrong password must stay at the form, the right one must show the name", async () => {
    await using visit = await atForm();
    const { page } = visit;
    await signIn(page, "not-the-password");
    await page.getByText("Invalid username or password.").waitFor();
    expect(new URL(page.url()).origin).toBe(identity);

    await signIn(page);
    await page.waitForURL(`${dashboard}/`);
    expect(await page.locator("#account").innerText()).toBe("Demo User");
    expect(await page.locator("#component-identity").innerText()).toMatch(/up[\s\S]*ms/);
    expect(await page.content()).not.toContain(password);
  });

  test("a login that was tampered with must be refused", async () => {
    await using visit = await atForm();
    const { context, page } = visit;
    const login = await cookieOf(context, "qclock-login");
    const state = new URL(page.url()).searchParams.get("state") ?? "";
    const middle = Math.floor(login.length / 2);
    const changed = `${login.slice(0, middle)}${login[middle] === "A" ? "B" : "A"}${login.slice(middle + 1)}`;
    const callback = (query: string): string => `/login/callback?${query}`;
    const refused = { status: 400, location: null, text: expect.stringContaining("did not work") };

    expect(await answerTo(callback(`code=x&state=${state}`))).toMatchObject(refused);
    for (const [query, cookie] of [
      [`code=x&state=${state}`, changed],
      [`code=x&state=${state}`, "x"],
      [`code=x&state=${state}x`, login],
      ["code=x", login],
      [`state[]=${state}&code=x`, login],
      [`error=access_denied&state=${state}`, login],
      [`code=x&state=${state}&iss=http://other.example`, login],
      // The code itself is asked of the identity service.
      [`code=x&state=${state}`, login],
    ] as const)
      expect(await answerTo(callback(query), { "qclock-login": cookie })).toMatchObject(refused);
    // And after all of that the browser that began it goes through.
    await signIn(page);
    await page.waitForURL(`${dashboard}/`);
  });

  test("the code of one login must be of no use in another", async () => {
    await using theirs = await atForm();
    await using mine = await atForm();
    // They sign in, and what their browser is sent back with never reaches the dashboard.
    const form = (await theirs.page.locator("#kc-form-login").getAttribute("action")) ?? "";
    const sent = await theirs.context.request.post(form, {
      form: { username: "demo", password },
      maxRedirects: 0,
    });
    const stolen = new URL(sent.headers()["location"] ?? "").searchParams.get("code");
    expect(stolen).toMatch(/^[\w.-]{30,}$/);
    const state = new URL(mine.page.url()).searchParams.get("state") ?? "";
    const login = await cookieOf(mine.context, "qclock-login");

    expect(
      await answerTo(`/login/callback?code=${stolen}&state=${state}`, { "qclock-login": login }),
    ).toMatchObject({ status: 400 });
  });

  test("a session that expired or was made up must lead to the form again", async () => {
    await using visit = await atDashboard();
    const { context, page } = visit;
    const session = await cookieOf(context, "qclock-session");
    expect(await answerTo("/", { "qclock-session": session })).toMatchObject({ status: 200 });
    const made = `${session.slice(0, -1)}${session.endsWith("A") ? "B" : "A"}`;
    for (const cookie of [made, "", "../key", "x".repeat(5000)])
      expect(await answerTo("/", { "qclock-session": cookie })).toMatchObject({ status: 303 });

    // All sessions end now, as if their time had come.
    const script =
      'for file in /run/qclock/login/sessions/*.json; do text=$(<"$file"); printf "%s" "${text%:*}:1}" >"$file"; done';
    expect(await rig.qclock(["exec", "app", "bash", "-c", script])).toMatchObject({ exitCode: 0 });
    expect(await answerTo("/", { "qclock-session": session })).toMatchObject({ status: 303 });
    await context.clearCookies({ name: /^(KEYCLOAK|AUTH_SESSION|KC_)/ });
    await page.reload();
    await page.waitForURL(`${identity}/realms/qclock/**`);
    expect(await page.locator("#kc-login").isVisible()).toBe(true);
  });

  test("a page that is open must go to the form by itself when its session ends", async () => {
    await using visit = await atDashboard();
    const { context, page } = visit;
    await context.clearCookies();
    await page.waitForURL(`${identity}/realms/qclock/**`, { timeout: 30_000 });
    expect(await page.locator("#kc-login").isVisible()).toBe(true);
  });

  test("signing out must end both sessions, and only the page may ask for it", async () => {
    await using visit = await atDashboard();
    const { context, page } = visit;
    const session = await cookieOf(context, "qclock-session");
    for (const query of ["", "?token=", "?token[]=x", "?token=made-up"])
      expect(await answerTo(`/logout${query}`, { "qclock-session": session })).toMatchObject({
        status: 400,
      });
    expect(await answerTo("/", { "qclock-session": session })).toMatchObject({ status: 200 });

    await page.getByRole("link", { name: "Sign out" }).click();
    await page.waitForURL(`${dashboard}/signed-out`);
    expect(await page.getByRole("heading").innerText()).toBe("You are signed out");
    expect(await answerTo("/", { "qclock-session": session })).toMatchObject({ status: 303 });
    await page.getByRole("link", { name: "Sign in again" }).click();
    await page.waitForURL(`${identity}/realms/qclock/**`);
    expect(await page.locator("#kc-login").isVisible()).toBe(true);
  });

  test("the administrator must be who the secret names", async () => {
    const tokens = (word: string): Promise<Response> =>
      fetch(`${identity}/realms/master/protocol/openid-connect/token`, {
        method: "POST",
        body: new URLSearchParams({
          grant_type: "password",
          client_id: "admin-cli",
          username: "admin",
          password: word,
        }),
      });
    expect((await tokens("admin")).status).toBe(401);
    expect((await tokens(await secretOf("identity_admin_password"))).status).toBe(200);
  });

  test("without the identity service the dashboard must say so, and the health must hold", async () => {
    await using visit = await atDashboard();
    const { identity: id } = await rig.containerIds();
    await engineApi("POST", `/containers/${id}/stop?t=20`);

    await visit.page.reload();
    expect(await visit.page.getByRole("alert").innerText()).toMatch(/Identity is down/);
    expect(await answerTo("/health")).toMatchObject({ status: 200 });
    expect(await answerTo("/login")).toMatchObject({
      status: 503,
      text: expect.stringContaining("not possible at the moment"),
    });
  });

  test("up must start it again without preparing it again, and nothing must be lost", async () => {
    const before = await rig.containerIds();
    const { exitCode, stderr } = await rig.qclock(["up"]);
    expect([exitCode, exitCode === 0 ? "" : stderr]).toEqual([0, ""]);
    expect(await rig.containerIds()).toEqual(before);
    await using visit = await atDashboard();
    expect(await visit.page.locator("#account").innerText()).toBe("Demo User");
  }, 600_000);

  test("a realm that is no JSON must be told in one line", async () => {
    await rig.edit("images/identity/rootfs/etc/qclock/realm.json", (text) =>
      text.replace('"realm": "qclock",', '"realm": "qclock"'),
    );
    const { exitCode, stderr } = await rig.qclock(["up"]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/\/etc\/qclock\/realm\.json is no JSON: .*line 3/);
  });

  test("without the profile nobody must have to sign in", async () => {
    const { exitCode, stderr } = await rig.qclock(["up"], {
      environment: { QCLOCK_PROFILES: "", QCLOCK_LOGIN: "off" },
    });
    expect([exitCode, exitCode === 0 ? "" : stderr]).toEqual([0, ""]);
    const page = await answerTo("/");
    expect([page.status, page.text]).toEqual([200, expect.stringContaining("not configured")]);
    expect(await answerTo("/login")).toMatchObject({ status: 404 });
  });

  test("a login without an identity service must be told in one line", async () => {
    const { exitCode, stderr } = await rig.qclock(["up"], { environment: { QCLOCK_PROFILES: "" } });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("LOGIN is required, and no identity service is active");
  });
});
