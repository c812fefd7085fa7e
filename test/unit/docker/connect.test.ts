import { mkdir, rename, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { connectEngine } from "../../../src/docker/connect.ts";
import { explainConnection } from "../../../src/docker/connection/connection-failure.ts";
import { QclockError } from "../../../src/error.ts";
import { json, startFakeEngine } from "../../support/fake-engine.ts";
import { temporaryFolder } from "../../support/temporary-store.ts";

test("a socket that does not exist: which, who chose it, what to do, within a second", async () => {
  const before = performance.now();
  const environment = new Map([["DOCKER_HOST", "unix:///nonexistent/engine.sock"]]);
  await expect(connectEngine({ environment, homeDirectory: "/nonexistent" })).rejects.toMatchObject(
    {
      code: "engine-unreachable",
      message:
        "There is no Engine at unix:///nonexistent/engine.sock (DOCKER_HOST): the socket does not exist.",
      hint: expect.stringContaining("qclock engine ensure"),
    },
  );
  expect(performance.now() - before).toBeLessThan(1000);
});

test("a socket that nobody listens to", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "engine.sock");
  const server = createServer().listen(path);
  await once(server, "listening");
  // Renamed, so that closing the server leaves it.
  await rename(path, `${path}.left`);
  server.close();
  await expect(
    connectEngine({
      host: `unix://${path}.left`,
      environment: new Map(),
      homeDirectory: "/nonexistent",
    }),
  ).rejects.toMatchObject({
    code: "engine-unreachable",
    message: `No Engine listens at unix://${path}.left (--host).`,
  });
});

test("a socket that may not be opened is a refusal, and never a reason to open it to all", () => {
  const denied = (code: string): QclockError =>
    new QclockError("engine-unreachable", "Could not reach.", {
      cause: Object.assign(new Error("connect"), { code }),
    });
  const error = explainConnection([
    { url: "unix:///run/a.sock", origin: "usual socket", error: denied("ENOENT") },
    { url: "unix:///run/b.sock", origin: "usual socket", error: denied("EACCES") },
  ]);
  expect(error).toMatchObject({
    code: "engine-refused",
    message:
      "You may not use the Engine at unix:///run/b.sock (usual socket): permission denied on its socket.",
    hint: expect.stringMatching(/^(?!.*chmod).*group docker/u),
    details: [
      "tried unix:///run/a.sock (usual socket): ENOENT",
      "tried unix:///run/b.sock (usual socket): EACCES",
    ],
  });
});

test("no Engine at any usual socket: all of them are named", () => {
  const absent = new QclockError("engine-unreachable", "Could not reach.", {
    cause: Object.assign(new Error("connect"), { code: "ENOENT" }),
  });
  const places = ["unix:///run/a.sock", "unix:///run/b.sock"].map((url) => ({
    url,
    origin: "usual socket",
    error: absent,
  }));
  expect(explainConnection(places)).toMatchObject({
    code: "engine-unreachable",
    hint: expect.stringContaining("qclock engine ensure"),
    details: { length: 2 },
  });
});

test("an Engine that is too old, by the versions of both sides", async () => {
  await using fake = await startFakeEngine({ apiVersion: "1.40" });
  await expect(fake.connect()).rejects.toMatchObject({
    code: "engine-too-old",
    message: expect.stringContaining("speaks API 1.40; qclock needs 1.41"),
  });
});

test("an Engine newer than all that is known is spoken to in a version that is known, if it allows that", async () => {
  const versions = (minimum: string): Record<string, ReturnType<typeof json>> => ({
    "GET /version": json({ Version: "99.0", ApiVersion: "1.99", MinAPIVersion: minimum }),
  });
  await using willing = await startFakeEngine({ apiVersion: "1.99", routes: versions("1.44") });
  await using engine = await willing.connect();
  expect((await engine.info()).apiVersion).toBe("1.51");
  await using unwilling = await startFakeEngine({ apiVersion: "1.99", routes: versions("1.60") });
  await expect(unwilling.connect()).rejects.toMatchObject({
    code: "engine-too-old",
    message: expect.stringContaining("1.60"),
  });
});

test("every call after the first bears the version", async () => {
  await using fake = await startFakeEngine({ apiVersion: "1.45" });
  await using engine = await fake.connect();
  await engine.info();
  expect(fake.requests).toEqual(["GET /_ping", "GET /v1.45/info"]);
});

test("what answers but is not an Engine", async () => {
  await using fake = await startFakeEngine({
    routes: { "GET /_ping": (response) => void response.end("hello") },
  });
  await expect(fake.connect()).rejects.toMatchObject({
    code: "engine-unreachable",
    message: expect.stringContaining("is not an Engine"),
  });
  const server = createServer((socket) => socket.end("220 mail.example ESMTP\r\n")).listen(
    0,
    "127.0.0.1",
  );
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await expect(
    connectEngine({
      host: `tcp://127.0.0.1:${port}`,
      environment: new Map(),
      homeDirectory: "/nonexistent",
    }),
  ).rejects.toMatchObject({
    code: "engine-unreachable",
    message: expect.stringContaining("does not speak HTTP"),
  });
  server.close();
});

test("what connects and never answers is given up on", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "engine.sock");
  const server = createServer().listen(path);
  await once(server, "listening");
  const controller = new AbortController();
  const reason = new Error("stop");
  setTimeout(() => controller.abort(reason), 50);
  await expect(
    connectEngine({
      host: `unix://${path}`,
      environment: new Map(),
      homeDirectory: "/nonexistent",
      signal: controller.signal,
    }),
  ).rejects.toBe(reason);
  server.close();
});

test("TCP without TLS to another machine is refused before anything is sent", async () => {
  await expect(
    connectEngine({
      host: "tcp://192.0.2.77:2375",
      environment: new Map(),
      homeDirectory: "/nonexistent",
    }),
  ).rejects.toMatchObject({
    code: "engine-refused",
    message: expect.stringContaining("without TLS"),
    hint: expect.stringContaining("ssh://"),
  });
});

test("docker's current context leads to the Engine, and a context that is not there is named", async () => {
  await using fake = await startFakeEngine();
  await using folder = await temporaryFolder();
  const id = createHash("sha256").update("work").digest("hex");
  const meta = join(folder.path, ".docker", "contexts", "meta", id);
  await mkdir(meta, { recursive: true });
  await writeFile(
    join(meta, "meta.json"),
    JSON.stringify({
      Name: "work",
      Endpoints: { docker: { Host: fake.url, SkipTLSVerify: false } },
    }),
  );
  await writeFile(
    join(folder.path, ".docker", "config.json"),
    JSON.stringify({ currentContext: "work", auths: {} }),
  );

  await using engine = await connectEngine({ environment: new Map(), homeDirectory: folder.path });
  expect(engine.endpoint).toEqual({
    url: fake.url,
    origin: "docker context work, from docker's config.json",
    local: true,
  });
  await expect(
    connectEngine({ contextName: "play", environment: new Map(), homeDirectory: folder.path }),
  ).rejects.toMatchObject({
    code: "engine-unreachable",
    message: 'There is no docker context "play".',
  });
});
