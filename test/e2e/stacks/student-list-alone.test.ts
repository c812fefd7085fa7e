import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import * as z from "zod";
import { engineApi, engineText } from "../../support/engine-api.ts";
import { type Answer, type FileServer, startFileServer } from "../../support/file-server.ts";
import { freePort } from "../../support/free-port.ts";
import { aDocument, anImage, digestOf, OCI_MANIFEST } from "../../support/registry-api.ts";
import { Rig } from "../../support/rig.ts";
import { startProgram } from "../../support/stack-program.ts";

/** Programs of the stack, each alone before a server that answers wrong. */
let rig: Rig;
let server: FileServer;
let web: string;
let site: string;

beforeAll(async () => {
  rig = await Rig.createFromStack("student-list");
  server = await startFileServer(new Map());
  const built = await rig.qclock(["build"]);
  if (built.exitCode !== 0) throw new Error(`qclock build failed:\n${built.stderr}`);
  const [webPort, sitePort] = await Promise.all([freePort(), freePort()]);
  web = `http://127.0.0.1:${webPort}`;
  site = `http://127.0.0.1:${sitePort}`;
  await startProgram(rig, {
    image: "registry-web",
    environment: {
      REGISTRY_URL: server.url,
      GUNICORN_CMD_ARGS: `--bind=127.0.0.1:${webPort} --workers=1`,
    },
    secrets: { registry_web_key: "0123456789abcdef0123456789abcdef" },
    tmpfs: ["/tmp"],
  });
  await startProgram(rig, {
    image: "website",
    environment: { API_URL: server.url, HTTP_PORT: String(sitePort) },
    secrets: { api_password: "secret" },
    tmpfs: ["/tmp", "/run/student-list"],
  });
  const answers = async (): Promise<void> => {
    await Promise.all([fetch(`${web}/static/site.css`), fetch(`${site}/assets/site.css`)]);
  };
  await vi.waitFor(answers, { timeout: 120_000 });
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

function json(document: unknown, status = 200, headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(status, { "Content-Type": "application/json", ...headers });
    response.end(JSON.stringify(document));
  };
}

function text(body: string, status = 200): Answer {
  return (response) => void response.writeHead(status).end(body);
}

const nothing: Answer = text("", 404);
const notHttp: Answer = (response) => void response.socket?.end("SSH-2.0-OpenSSH_9.2\r\n");
const cutOff: Answer = (response) => {
  response.writeHead(200, { "Content-Length": "100" });
  response.write("{");
  setTimeout(() => response.socket?.destroy(), 50);
};
const tooLong: Answer = text(`{"repositories":["${"a".repeat(5 * 1024 * 1024)}"]}`);
const dripping: Answer = (response) => {
  response.writeHead(200);
  const timer = setInterval(() => response.write(" "), 500);
  response.on("close", () => clearInterval(timer));
};

/** The text of a page, and what must be in no page whatever happened. */
async function read(url: string): Promise<readonly [number, string]> {
  const response = await fetch(url);
  const page = await response.text();
  expect(page).not.toMatch(/Traceback|\.py\b|\.php|Stack trace|Warning:/);
  return [response.status, page];
}

describe("the page that browses a registry", () => {
  test.each<readonly [string, Answer, number, string]>([
    ["does not speak HTTP", notHttp, 502, "not HTTP"],
    ["breaks off", cutOff, 503, "broke the connection off"],
    ["sends no JSON", text("<html>"), 502, "not JSON"],
    ["sends no object", json([]), 502, "not a JSON object"],
    ["sends brackets without end", text("[".repeat(1_000_000)), 502, "not JSON"],
    ["sends a number without end", text(`{"a":${"9".repeat(5000)}}`), 502, "not JSON"],
    ["sends no list", json({ repositories: 5 }), 502, "has no list"],
    ["sends more than is read", tooLong, 502, "longer than 4 MiB"],
    ["drips", dripping, 504, "more than 8 seconds"],
    ["wants a login", json({}, 401), 502, "answered 401"],
    ["is not well", json({}, 503), 503, "cannot work at the moment"],
    ["leads elsewhere", json({}, 307, { Location: "http://127.0.0.1:1/" }), 502, "status 307"],
    ["has no catalogue", nothing, 502, "still found by their names"],
  ])("must say in words that it %s", async (_, answer, status, words) => {
    server.answer("/v2/_catalog?n=50", answer, 1);
    expect(await read(web)).toEqual([status, expect.stringContaining(words)]);
  });

  test("must take of a list what makes sense, and no more than a page", async () => {
    const names = Array.from({ length: 3000 }, (_, n) => `r${String(n).padStart(4, "0")}`);
    const listed = ["<b>", 5, null, "../up", "UPPER", ...names];
    server.answer("/v2/_catalog?n=50", json({ repositories: listed }), 1);
    server.answer("/tags/list", json({ name: "x", tags: null }));
    server.answer("/r0001/tags/list", nothing);
    server.answer("/r0002/tags/list", text("no"));
    server.answer("/r0003/tags/list", json({ tags: ["ok", "not ok", 7, "ok"] }));
    const asked = server.requests.length;
    const [status, page] = await read(web);
    expect(status).toBe(200);
    expect([...page.matchAll(/class="name">([^<]+)</g)].map(([, name]) => name)).toEqual(
      names.slice(0, 50),
    );
    expect(page).toContain('href="/?after=r0049" rel="next"');
    expect(page).toContain("1 tag: ok");
    expect(page).toContain("What it answered is not JSON.");
    // The catalogue, and the tags of what is shown.
    expect(server.requests.length - asked).toBe(51);
  });

  const image = anImage();
  const config = aDocument({ history: [5, { created_by: 7 }, {}], config: { Labels: [1] } });
  const broken = {
    ...image.manifest,
    config: { ...part(config.bytes), mediaType: "application/vnd.oci.image.config.v1+json" },
  };
  test.each<readonly [string, object, string]>([
    ["of schema 1", { schemaVersion: 1, name: "x" }, "is of schema 1, which is retired"],
    ["without a config", { schemaVersion: 2, layers: [] }, "names a part without a digest"],
    [
      "without layers",
      { schemaVersion: 2, config: part(config.bytes) },
      "no list &#34;layers&#34;",
    ],
    [
      "with a size below nothing",
      { schemaVersion: 2, config: { ...part(config.bytes), size: -1 }, layers: [] },
      "names a part without a size",
    ],
  ])("must refuse an image %s in a sentence", async (_, manifest, words) => {
    server.answer("/manifests/x", json(manifest));
    expect((await read(`${web}/image/team/app:x`))[1]).toContain(words);
    server.answer("/app/tags/list", json({ tags: ["x"] }));
    expect(await read(`${web}/repository/team/app`)).toEqual([200, expect.stringContaining(words)]);
  });

  test("must show what is left of an image that lost its blobs", async () => {
    const manifest = { ...broken, layers: Array.from({ length: 500 }, () => part(image.layer)) };
    server.answer("/manifests/y", json(manifest, 200, { "Content-Type": OCI_MANIFEST }));
    server.answer(config.digest, nothing);
    server.answer(digestOf(image.layer), nothing);
    const [status, page] = await read(`${web}/image/team/app:y`);
    expect(status).toBe(200);
    expect(page).toContain("has lost the image&#39;s configuration");
    expect(page).toContain("has lost 1 layer of this image: it cannot be pulled");
    expect(page).toContain("and 300 more");

    server.answer(config.digest, text("{}"));
    expect((await read(`${web}/image/team/app:y`))[1]).toContain("does not have the digest");
    server.answer(config.digest, (response) => void response.end(config.bytes));
    const [, shown] = await read(`${web}/image/team/app:y`);
    expect(shown).toContain("not told");
  });

  test("must not believe a manifest whose bytes are others", async () => {
    const wrong = { "Docker-Content-Digest": digestOf(Buffer.from("others")) };
    server.answer("/manifests/z", json(image.manifest, 200, wrong));
    expect(await read(`${web}/image/team/app:z`)).toEqual([
      502,
      expect.stringContaining("does not have the digest that the registry says"),
    ]);
  });

  test("must say that a registry refuses to delete", async () => {
    const { digest } = aDocument(image.manifest);
    server.answer(`/manifests/${digest}`, (response, _, request) => {
      if (request.method === "DELETE") response.writeHead(405).end("{}");
      else response.writeHead(200, { "Docker-Content-Digest": digest }).end();
    });
    server.answer("/app/tags/list", json({ tags: [] }));
    const address = `${web}/delete/team/app@${digest}`;
    const form = await fetch(address);
    const token = /name="token" value="([^"]+)"/.exec(await form.text())?.[1] ?? "";
    const answer = await fetch(address, {
      method: "POST",
      headers: { Cookie: form.headers.get("Set-Cookie")?.split(";")[0] ?? "" },
      body: new URLSearchParams({ token, tags: "" }),
    });
    expect([answer.status, await answer.text()]).toEqual([
      409,
      expect.stringContaining("The registry does not allow images to be deleted."),
    ]);
  });
});

describe("the page that lists students", () => {
  test.each<readonly [string, Answer, string]>([
    ["does not speak HTTP", notHttp, "does not speak HTTP"],
    ["refuses the password", json({}, 401), "refuses the name or the password"],
    ["has no list", json({ message: "<b>no list</b>" }, 503), "&lt;b&gt;no list&lt;/b&gt;"],
    ["fails", text("Traceback", 500), "answered with status 500"],
    ["leads elsewhere", json({}, 302, { Location: "http://127.0.0.1:1/" }), "status 302"],
    ["sends no JSON", text("<html>"), "not with a list of students"],
    ["sends another list", json({ student_ages: [[1]] }), "neither text nor a whole number"],
    ["sends more than is read", text("x".repeat(2 * 1024 * 1024)), "too long"],
    ["drips", dripping, "takes too long"],
  ])("must say in words that the API %s", async (_, answer, words) => {
    server.answer("get_student_ages", answer, 1);
    expect(await read(site)).toEqual([503, expect.stringContaining(words)]);
  });
});

describe("the API", () => {
  test("must live with a volume that it cannot write, and say so", async () => {
    const port = await freePort();
    const id = await startProgram(rig, {
      image: "api",
      environment: { GUNICORN_CMD_ARGS: `--bind=127.0.0.1:${port} --workers=1` },
      secrets: { api_password: "secret" },
      tmpfs: ["/tmp"],
    });
    const headers = { Authorization: `Basic ${Buffer.from("student:secret").toString("base64")}` };
    const ask = async (): Promise<Response> =>
      fetch(`http://127.0.0.1:${port}/supmit/api/v1.0/get_student_ages`, { headers });
    const answer = await vi.waitFor(ask, { timeout: 120_000 });
    expect(await answer.json()).toEqual({ student_ages: {} });
    const log = await engineText("GET", `/containers/${id}/logs?stdout=1&stderr=1`);
    expect(log).toContain("the list is empty until there is a file");
  });
});

describe("each program", () => {
  test.each<readonly [string, Record<string, string>, string]>([
    ["api", { API_USER: "a:b" }, "API_USER must be"],
    ["api", { API_ORIGINS: "*" }, "API_ORIGINS must be"],
    ["api", {}, "the secret api_password is not at"],
    ["website", { HTTP_PORT: "80" }, "HTTP_PORT must be a number from 1024"],
    ["website", { API_URL: "file:///etc" }, "API_URL must be"],
    ["registry", { REGISTRY_DELETE: "maybe" }, "REGISTRY_DELETE must be true or false"],
    ["registry-web", { REGISTRY_URL: "registry" }, "REGISTRY_URL must be"],
    ["registry-web", {}, "the secret registry_web_key is not at"],
  ])("must refuse wrong settings in one line: %s with %j", async (image, environment, words) => {
    const tmpfs = ["/tmp", "/run/student-list", "/var/lib/docker-registry"];
    const id = await startProgram(rig, { image, environment, tmpfs });
    const ended = z
      .object({ StatusCode: z.number() })
      .parse(await engineApi("POST", `/containers/${id}/wait`));
    const log = await engineText("GET", `/containers/${id}/logs?stdout=1&stderr=1`);
    expect([ended.StatusCode, log.trim().split("\n")]).toEqual([
      64,
      [expect.stringContaining(words)],
    ]);
  });
});

/** A blob as a manifest names it. */
function part(bytes: Buffer): { mediaType: string; digest: string; size: number } {
  return {
    mediaType: "application/vnd.oci.image.layer.v1.tar",
    digest: digestOf(bytes),
    size: bytes.length,
  };
}
