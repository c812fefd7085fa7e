import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasBrowser, launchBrowser } from "../../support/browser.ts";
import { engineApi, observeStack } from "../../support/engine-api.ts";
import { pullByDigest, pushImage, removeImages, tagImage } from "../../support/engine-registry.ts";
import { freePort } from "../../support/free-port.ts";
import { anImage, DOCKER_MANIFEST, OCI_INDEX, RegistryClient } from "../../support/registry-api.ts";
import { failedChecks } from "../../support/failed-checks.ts";
import { Rig } from "../../support/rig.ts";
import { overflowOf } from "../../support/watch-page.ts";

/** One stack for this file, with ports of its own. The tests follow each other. */
let rig: Rig;
let site: string;
let api: string;
let web: string;
let registryAddress: string;
let registry: RegistryClient;
let browser: Browser | undefined;
let right: Record<string, string>;

const ages = "/supmit/api/v1.0/get_student_ages";

beforeAll(async () => {
  const ports = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const [page, students, images, pages] = ports.map(String);
  site = `http://127.0.0.1:${page}`;
  api = `http://127.0.0.1:${students}`;
  registryAddress = `127.0.0.1:${images}`;
  web = `http://127.0.0.1:${pages}`;
  registry = new RegistryClient(`http://${registryAddress}`);
  rig = await Rig.createFromStack("student-list", {
    environment: {
      STUDENT_LIST_PORT: page ?? "",
      STUDENT_LIST_API_PORT: students ?? "",
      STUDENT_LIST_REGISTRY_PORT: images ?? "",
      STUDENT_LIST_REGISTRY_WEB_PORT: pages ?? "",
    },
  });
  const { exitCode, stderr } = await rig.qclock(["up"]);
  if (exitCode !== 0) throw new Error(`qclock up ended with ${exitCode}:\n${stderr}`);
  const { stdout } = await rig.qclock(["exec", "api", "cat", "/run/secrets/api_password"]);
  right = basic("student", stdout.trim());
  if (hasBrowser) browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await removeImages([`${registryAddress}/team/api:latest`, `${registryAddress}/team/api:1.0`]);
  await rig[Symbol.asyncDispose]();
});

/** A page of a browser that runs no script of pages. */
async function visit(url: string, width = 1200): Promise<Page> {
  if (browser === undefined) throw new Error("no browser");
  const page = await browser.newPage({
    viewport: { width, height: 800 },
    javaScriptEnabled: false,
  });
  await page.goto(url);
  return page;
}

function passwordOf({ Authorization = "" }: Record<string, string>): string {
  return Buffer.from(Authorization.slice("Basic ".length), "base64").toString().split(":")[1] ?? "";
}

function basic(user: string, secret: string): Record<string, string> {
  return { Authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}` };
}

describe("the stack", () => {
  test("must pass verify", async () => {
    const { exitCode, stdout } = await rig.qclock(["verify"]);
    expect(exitCode).toBe(0);
    expect(failedChecks(stdout)).toEqual([]);
  });
});

describe("the API", () => {
  test("must answer the list to the right name and password, and to nobody else", async () => {
    const answer = await fetch(api + ages, { headers: right });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      student_ages: { alice: "12", bob: "13", chloé: "11" },
    });
    const wrong = [
      {},
      basic("student", "wrong"),
      { Authorization: right["Authorization"]?.replace("Basic", "Bearer") ?? "" },
      basic("teacher", passwordOf(right)),
      basic("student", ""),
      { Authorization: "Basic" },
      { Authorization: "Basic !!!" },
      { Authorization: `Basic ${Buffer.from([0xff, 0x3a, 0xfe]).toString("base64")}` },
      { Authorization: 'Digest username="student"' },
    ];
    for (const headers of wrong) {
      const response = await fetch(api + ages, { headers });
      expect([response.status, response.headers.get("WWW-Authenticate")]).toEqual([
        401,
        'Basic realm="student list", charset="UTF-8"',
      ]);
      expect(await response.text()).not.toContain("alice");
    }
    expect((await fetch(api + ages, { method: "POST" })).status).toBe(405);
    expect(await (await fetch(`${api}/console`)).json()).toEqual({ message: "Not Found" });
  });

  test("must let pages of the website call it from a browser, and no others", async () => {
    const preflight = async (origin: string): Promise<string | null> => {
      const response = await fetch(api + ages, {
        method: "OPTIONS",
        headers: {
          Origin: origin,
          "Access-Control-Request-Method": "GET",
          "Access-Control-Request-Headers": "authorization",
        },
      });
      expect(response.status).toBe(200);
      return response.headers.get("Access-Control-Allow-Origin");
    };
    expect(await preflight(site)).toBe(site);
    expect(await preflight(site.replace("127.0.0.1", "localhost"))).not.toBeNull();
    expect(await preflight(web)).toBeNull();
    expect(await preflight("null")).toBeNull();
    expect(await preflight(`${site}.example`)).toBeNull();
  });

  test.skipIf(!hasBrowser)("must answer a browser on the website, and none elsewhere", async () => {
    const ask = async (from: string): Promise<number | string> => {
      // The pages themselves have no scripts, and forbid them.
      const page = await browser?.newPage({ bypassCSP: true });
      await page?.goto(from);
      const asked = await page?.evaluate(
        async ({ url, headers }) =>
          fetch(url, { headers }).then(
            ({ status }) => status,
            () => "kept from reading",
          ),
        { url: api + ages, headers: right },
      );
      await page?.close();
      return asked ?? "no browser";
    };
    expect(await ask(site)).toBe(200);
    expect(await ask(web)).toBe("kept from reading");
  });

  test("must answer although many clients have connected and say nothing", async () => {
    const silent = Array.from({ length: 40 }, () =>
      connect(Number(new URL(api).port), "127.0.0.1"),
    );
    try {
      await Promise.all(silent.map((socket) => once(socket, "connect")));
      const signal = AbortSignal.timeout(60_000);
      expect((await fetch(`${api}/health`, { signal })).status).toBe(200);
    } finally {
      for (const socket of silent) socket.destroy();
    }
  });

  test("must say that its file is broken, and live without one", async () => {
    const list = "/var/lib/student-list/student_age.json";
    const ask = async (content: string): Promise<{ status: number; text: string }> => {
      await rig.write("list.json", content);
      expect(await rig.qclock(["cp", "list.json", `api:${list}`])).toMatchObject({ exitCode: 0 });
      const response = await fetch(api + ages, { headers: right });
      return { status: response.status, text: await response.text() };
    };
    for (const [content, words] of [
      ['{ "student_ages": {', "is not JSON: line 1"],
      ["[".repeat(100_000), "is not JSON"],
      ["[]", "has no object"],
      ['{ "student_ages": { "eve": [] } }', "neither text nor a whole number"],
      ['{ "student_ages": { "\\ud800": "12" } }', "not Unicode"],
      ["x".repeat(1024 * 1024 + 1), "larger than 1 MiB"],
    ] as const) {
      const { status, text } = await ask(content);
      expect(status).toBe(503);
      expect(text).toContain(words);
      expect(text).not.toMatch(/Traceback|\.py/);
    }
    expect((await fetch(`${api}/health`)).status).toBe(503);
    const page = await fetch(site);
    expect([page.status, await page.text()]).toEqual([503, expect.stringContaining("1 MiB")]);

    expect(await rig.qclock(["exec", "api", "rm", list])).toMatchObject({ exitCode: 0 });
    const empty = await fetch(api + ages, { headers: right });
    expect(await empty.json()).toEqual({ student_ages: {} });
    expect(await (await fetch(site)).text()).toContain("No students yet");
    expect((await ask('{ "student_ages": { "<b>dora</b>": 9 } }')).text).toContain('"9"');
  });
});

describe("the website", () => {
  test.skipIf(!hasBrowser)("must list the students, escaped, also on a phone", async () => {
    const page = await visit(site, 360);
    expect(await page.getByRole("row").allInnerTexts()).toEqual(["Name\tAge", "<b>dora</b>\t9"]);
    await expectToFit(page);
  });

  test("must say in words that the API is away, and come back with it", async () => {
    const { api: id } = await rig.containerIds();
    await engineApi("POST", `/containers/${id}/stop`);
    const away = await fetch(site);
    expect([away.status, await away.text()]).toEqual([
      503,
      expect.stringContaining("The API does not answer."),
    ]);
    expect((await fetch(`${site}/health`)).status).toBe(503);
    await engineApi("POST", `/containers/${id}/start`);
    await expect.poll(async () => (await fetch(site)).status, { timeout: 90_000 }).toBe(200);
  });
});

describe("the registry", () => {
  test("must take an image of the stack, and give it back by its digest", async () => {
    const repository = `${registryAddress}/team/api`;
    for (const tag of ["latest", "1.0"]) {
      await tagImage(`qclock.invalid/${rig.stack}/api:latest`, repository, tag);
    }
    const digest = await pushImage(repository, "latest");
    expect(await pushImage(repository, "1.0")).toBe(digest);
    expect(await registry.catalog()).toEqual(["team/api"]);
    await removeImages([`${repository}:latest`, `${repository}:1.0`]);

    await pullByDigest(repository, digest);
    const pulled = (await engineApi("GET", `/images/${repository}@${digest}/json`)) as {
      Id: string;
    };
    const own = (await engineApi("GET", `/images/qclock.invalid/${rig.stack}/api:latest/json`)) as {
      Id: string;
    };
    expect(pulled.Id).toBe(own.Id);
    await removeImages([`${repository}@${digest}`]);
  });

  test("must tell qclock lock the digest of an image that a compose file names by a tag", async () => {
    await using other = await Rig.create("empty");
    const image = `${registryAddress}/team/api:latest`;
    await other.write("compose.yaml", `services: { web: { image: "${image}" } }\n`);
    expect(await other.qclock(["import", "compose.yaml"])).toMatchObject({ exitCode: 0 });
    expect(await other.qclock(["lock", "--check"])).toMatchObject({ exitCode: 1 });
    expect(await other.qclock(["build"])).toMatchObject({ exitCode: 1 });
    const { exitCode, stderr } = await other.qclock(["lock"]);
    expect(exitCode).toBe(0);
    const manifest = await readFile(join(other.directory, "stack.config.yaml"), "utf8");
    const written = /team\/api:latest@(sha256:[0-9a-f]{64})/.exec(manifest)?.[1];
    expect(written).toMatch(/[1-9a-f]/);
    expect(stderr).toContain(`Written into the manifest: ${image}@${written}`);
    expect(await other.qclock(["lock", "--check"])).toMatchObject({ exitCode: 0 });
    expect(await other.qclock(["build"])).toMatchObject({ exitCode: 0 });
    const [built, own] = await Promise.all(
      [other.stack, rig.stack].map(async (stack) => {
        const [reference] = (await observeStack(stack)).images.filter((name) =>
          /\/(?:api|web):latest$/.test(name),
        );
        return ((await engineApi("GET", `/images/${reference}/json`)) as { Id: string }).Id;
      }),
    );
    expect(built).toBe(own);
    await removeImages([`${registryAddress}/team/api@${written}`]);
  });

  test.skipIf(!hasBrowser)("must be shown with digest, size, layers and history", async () => {
    const page = await visit(web);
    await page.getByRole("link", { name: "team/api" }).click();
    expect(await page.getByRole("rowheader").allInnerTexts()).toEqual(["1.0", "latest"]);
    await page.getByRole("link", { name: "latest" }).click();
    const text = await page.getByRole("main").innerText();
    expect(text).toMatch(/sha256:[0-9a-f]{64}/);
    expect(text).toMatch(/\d\d\.\d MiB to fetch, in 5 layers/);
    expect(text).toMatch(/qclock: packages layer, \d+ paths\n[^\n]+, layer 1/);
    expect(text).toContain("/usr/local/bin/student-list-api");
    expect(text).toMatch(/docker pull 127\.0\.0\.1:\d+\/team\/api@sha256:/);
    expect(await page.locator("ol.numbered > li").count()).toBe(5);
  });

  test.skipIf(!hasBrowser)("must lose an image by the page, with all its tags", async () => {
    const page = await visit(`${web}/image/team/api:latest`);
    await page.getByRole("link", { name: "Delete this image" }).click();
    expect(await page.getByRole("main").innerText()).toContain(
      "every tag of this image goes with it: 2 tags",
    );
    expect(await page.locator(".tags li").allInnerTexts()).toEqual(["1.0", "latest"]);

    // Somebody gives the image another name meanwhile: the reader is asked again.
    await registry.addTag("team/api", "latest", "newer", DOCKER_MANIFEST);
    await page.getByRole("button", { name: "Delete" }).click();
    expect(await page.getByRole("alert").innerText()).toContain("Nothing was deleted");
    expect(await page.locator(".tags li").allInnerTexts()).toEqual(["1.0", "latest", "newer"]);

    await page.getByRole("button", { name: "Delete" }).click();
    expect(await page.getByRole("status").innerText()).toContain("Deleted team/api@sha256:");
    expect(await registry.manifestStatus("team/api", "latest")).toBe(404);
    expect(await page.getByRole("main").innerText()).toContain("This repository has no tags");
    await page.goto(web);
    expect(await page.getByRole("listitem").innerText()).toContain("no tags");
  });

  test("must not lose an image by a form of others, or under a name of others", async () => {
    const digest = await registry.putImage("team/kept", "latest");
    const address = `/delete/team/kept@${digest}`;
    const form = await fetch(web + address);
    const cookie = form.headers.get("Set-Cookie")?.split(";")[0] ?? "";
    expect(form.headers.get("Set-Cookie")).toMatch(/HttpOnly.*SameSite=Strict/);
    const token = /name="token" value="([^"]+)"/.exec(await form.text())?.[1] ?? "";
    expect(token).not.toBe("");
    const send = async (headers: object, body: Record<string, string>): Promise<number> =>
      (
        await fetch(web + address, {
          method: "POST",
          headers: { ...headers },
          body: new URLSearchParams(body),
        })
      ).status;
    expect(await send({}, { tags: "latest" })).toBe(403);
    expect(await send({}, { tags: "latest", token })).toBe(403);
    expect(await send({ Cookie: cookie }, { tags: "latest" })).toBe(403);
    expect(await send({ Cookie: cookie }, { tags: "latest", token: `${token}x` })).toBe(403);
    expect(
      await send({ Cookie: cookie, Origin: "http://evil.example" }, { tags: "latest", token }),
    ).toBe(403);
    expect(await statusUnderName("evil.example", "/")).toBe(403);
    expect(await statusUnderName("[::1", "/?")).not.toBe(500);
    expect(await statusUnderName("127.0.0.1.evil.example:80", "/")).toBe(403);
    expect(await statusUnderName("[::1]:8081", "/")).toBe(200);
    expect(await statusUnderName("localhost", "/")).toBe(200);
    expect(await registry.manifestStatus("team/kept", "latest")).toBe(200);
  });

  test("must show indexes of several platforms, and say which break when an image goes", async () => {
    const digest = await registry.putImage("team/many", "amd64");
    const size = Buffer.byteLength(JSON.stringify(anImage().manifest));
    await registry.putManifest("team/many", "latest", {
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      manifests: [
        {
          mediaType: "application/vnd.oci.image.manifest.v1+json",
          digest,
          size,
          platform: { os: "linux", architecture: "amd64" },
        },
      ],
    });
    const index = await (await fetch(`${web}/image/team/many:latest`)).text();
    expect(index).toContain("An index of 1 image");
    expect(index).toMatch(/>linux\/amd64</);
    const question = await (await fetch(`${web}/delete/team/many@${digest}`)).text();
    expect(question).toContain("These tags name an index that this image is part of");
  });

  test("must escape what strangers wrote", async () => {
    await registry.putImage("team/hostile", "latest", {
      author: "<script>alert(1)</script>",
      config: { Labels: { "<i>": "\u202Eevil\u001B[31m" }, Env: ["A=<img src=x>"] },
      history: [{ created_by: '"><script>alert(2)</script>', created: "0000" }],
    });
    const page = await (await fetch(`${web}/image/team/hostile:latest`)).text();
    for (const text of ["<script", "<img src=x", "<i>", "\u202E", "\u001B"]) {
      expect(page).not.toContain(text);
    }
    expect(page).toContain("&lt;script&gt;alert(1)");
    expect(page).toContain(String.raw`\u202eevil\x1b[31m`);
  });

  test("must be paged when it holds 1,000 repositories", async () => {
    const names = Array.from({ length: 1000 }, (_, n) => `many/r${String(n).padStart(4, "0")}`);
    await registry.putImages(names, "latest");

    const seen: string[] = [];
    let next: string | undefined = "/";
    let pages = 0;
    while (next !== undefined && pages < 50) {
      const text: string = await (await fetch(web + next)).text();
      seen.push(...[...text.matchAll(/class="name">([^<]+)</g)].map(([, name]) => name ?? ""));
      next = /href="([^"]+)" rel="next"/.exec(text)?.[1]?.replaceAll("&amp;", "&");
      pages++;
    }
    expect(seen.filter((name) => name.startsWith("many/"))).toEqual(names);
    expect(new Set(seen).size).toBe(seen.length);
    expect(pages).toBe(Math.ceil(seen.length / 50));
    const found = await (await fetch(`${web}/?from=many/r0500`)).text();
    expect(/class="name">([^<]+)<[^]*?1 tag: latest/.exec(found)?.[1]).toBe("many/r0500");
  });

  test.skipIf(!hasBrowser)("must be read on a phone", async () => {
    const page = await visit(web, 360);
    await expectToFit(page);
    for (const address of [
      "/repository/team/hostile",
      "/image/team/hostile:latest",
      "/delete/team/hostile:latest",
      "/image/none:none",
    ]) {
      await page.goto(web + address);
      await expectToFit(page);
    }
  });

  test("must delete nothing where that is switched off", async () => {
    const environment = { STUDENT_LIST_REGISTRY_DELETE: "false" };
    expect(await rig.qclock(["up"], { environment })).toMatchObject({ exitCode: 0 });
    expect(await (await fetch(`${web}/image/team/kept:latest`)).text()).toContain(
      "Images cannot be deleted",
    );
    const refused = await fetch(`${web}/delete/team/kept:latest`);
    expect([refused.status, await refused.text()]).toEqual([
      403,
      expect.stringContaining("does not allow images to be deleted"),
    ]);
  });
});

/** Ask the page under another name than its own. */
async function statusUnderName(host: string, path: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const call = request(web + path, { headers: { Host: host } }, (response) => {
    response.resume();
    resolve(response.statusCode);
  });
  call.on("error", reject);
  call.end();
  return promise;
}

async function expectToFit(page: Page): Promise<void> {
  expect(await overflowOf(page)).toBeLessThanOrEqual(0);
}
