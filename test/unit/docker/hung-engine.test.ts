import { expect, test } from "vitest";
import type { BuildRequest, Engine } from "../../../src/docker/engine.ts";
import { QclockError } from "../../../src/error.ts";
import { type Answer, inTurn, startFakeEngine, stream } from "../../support/fake-engine.ts";

/** Takes the request and says nothing, as an Engine that is stopped does. */
const hangs: Answer = (_, request) => void request.resume();
const ping: Answer = (response) => void response.setHeader("Api-Version", "1.41").end("OK");

/**
 * Short ones in the order of the usual ones: told, then given up. What is asserted is the order,
 * and that both come.
 */
const deadlines = { firstByteMs: 120, slowNoticeMs: 20, answerMs: 120, stallNoticeMs: 20 };

function aBuild(): BuildRequest {
  return {
    context: bytes(),
    contextSizeBytes: 1024,
    dockerfile: "Dockerfile",
    buildArgs: new Map(),
    labels: new Map(),
    builder: "classic",
  };
}

async function* bytes(): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(1024);
}

const request = {
  name: "app",
  image: "app",
  environment: new Map(),
  labels: new Map(),
  ports: [],
  mounts: [],
  tmpfs: [],
  readOnlyRoot: true,
  dropCapabilities: [],
  addCapabilities: [],
  noNewPrivileges: true,
  init: true,
  restart: { type: "no" },
} as const;

test.each<[string, (engine: Engine, tell: (line: string) => void) => Promise<unknown>]>([
  ["build an image", (engine, tell) => engine.buildImage(aBuild(), tell)],
  ["load images", (engine, tell) => engine.loadImages(bytes(), tell)],
  ["pull an image", (engine, tell) => engine.pullImage("r.example/x@sha256:0", tell)],
  [
    "create a network",
    (engine) =>
      engine.createNetwork({
        name: "n",
        internal: true,
        outbound: false,
        isolated: false,
        subnet: "10.0.0.0/28",
        labels: new Map(),
      }),
  ],
  ["create a container", (engine) => engine.createContainer(request)],
  ["start a container", (engine) => engine.startContainer("c")],
  ["remove a container", (engine) => engine.removeContainer("c")],
  ["look at a container", (engine) => engine.inspectContainer("c")],
  ["write files", (engine) => engine.putArchive("c", "/", Buffer.alloc(512))],
])("an Engine that hangs when it is asked to %s is told, and given up", async (_, call) => {
  await using fake = await startFakeEngine({
    routes: {
      "GET /_ping": inTurn(ping, hangs),
      "POST /build": hangs,
      "POST /images/load": hangs,
      "POST /images/create": hangs,
      "POST /networks/create": hangs,
      "POST /containers/create": hangs,
      "POST /containers/c/start": hangs,
      "DELETE /containers/c": hangs,
      "GET /containers/c/json": hangs,
      "PUT /containers/c/archive": hangs,
    },
  });
  await using engine = await fake.connect({ ...deadlines, stallLimitMs: 600_000 });
  const lines: string[] = [];
  const error: unknown = await call(engine, (line) => lines.push(line)).catch(
    (caught: unknown) => caught,
  );

  expect(error).toBeInstanceOf(QclockError);
  expect(error).toMatchObject({ code: "engine-silent" });
  expect([...fake.notices, ...lines].join("\n")).toMatch(
    /The Engine has not answered for 0\.02 s \(to .+\); given up after 0\.12 s\.|The Engine has sent nothing for [0-9.]+ s, and does not answer \(to .+\); given up after 0\.12 s more\./u,
  );
});

test("a command of a probe in an Engine that hangs ends with the probe's time", async () => {
  await using fake = await startFakeEngine({
    routes: {
      "POST /containers/c/exec": (response) => void response.writeHead(201).end('{"Id":"e"}'),
      "POST /exec/e/start": hangs,
      "GET /exec/e/json": hangs,
    },
  });
  // Longer than the test may take: what ends the command is not the deadline of a call.
  await using engine = await fake.connect({ firstByteMs: 600_000 });
  const command = engine.exec("c", ["check"], { timeoutMs: 20 });

  await expect(command).rejects.toMatchObject({
    code: "deadline-exceeded",
    message: "The command check did not end within 20 ms.",
    details: [expect.stringContaining("may still be running")],
  });
});

test("a container that takes its time to stop is not called a hung Engine", async () => {
  await using fake = await startFakeEngine({
    routes: {
      "POST /containers/c/stop": (response) => {
        setTimeout(() => response.writeHead(204).end(), 60);
      },
    },
  });
  await using engine = await fake.connect({ ...deadlines, slowNoticeMs: 40 });
  await engine.stopContainer("c", 5000);

  expect(fake.notices).toEqual([]);
});

test("a build that is silent while the Engine answers is told from an Engine that hangs", async () => {
  await using fake = await startFakeEngine({
    routes: { "POST /build": stream(["{}\n"], "stall") },
  });
  await using engine = await fake.connect({ stallNoticeMs: 20, stallLimitMs: 600 });
  const lines: string[] = [];
  const built = engine.buildImage(aBuild(), (line) => lines.push(line));

  await expect(built).rejects.toMatchObject({
    code: "deadline-exceeded",
    message: "Could not build an image: no word from the Engine for 0.6 s.",
  });
  expect(lines[0]).toBe("No word for 0.02 s from the Engine.");
  expect(lines.at(-1)).toMatch(/^No word for [0-9.]+ s of this step, but the Engine answers\.$/u);
});

test.each<[string, (engine: Engine) => AsyncIterable<unknown> | Promise<AsyncIterable<unknown>>]>([
  ["files", (engine) => engine.getArchive("c", "/x")],
  ["logs", (engine) => engine.logs("c", { follow: false })],
])("%s that break off in silence are given up", async (_, read) => {
  const half: Answer = (response) => void response.writeHead(200).write(Buffer.alloc(512));
  await using fake = await startFakeEngine({
    routes: {
      "GET /containers/c/json": (response) =>
        void response.end(
          JSON.stringify({ Id: "c", Name: "/c", State: {}, Config: { Tty: true } }),
        ),
      "GET /containers/c/archive": half,
      "GET /containers/c/logs": half,
    },
  });
  await using engine = await fake.connect(deadlines);
  const all = async (): Promise<unknown> => Array.fromAsync(await read(engine));

  await expect(all()).rejects.toMatchObject({ code: "engine-silent" });
});

test("the ends of a container's program are told with their codes, the remembered ones first", async () => {
  const at = 1_795_895_123_679_693_439n;
  const event = (code: string): string =>
    `{"Type":"container","Action":"die","Actor":{"Attributes":{"exitCode":"${code}"}},"timeNano":${at}}\n`;
  await using fake = await startFakeEngine({
    routes: { "GET /events": (response) => void response.end(event("1") + event("137")) },
  });
  await using engine = await fake.connect();
  const ends = await Array.fromAsync(engine.containerEnds("c", 1_795_895_000.5));

  expect(ends.map(({ exitCode }) => exitCode)).toEqual([1, 137]);
  expect(Math.round(ends[0]?.atMs ?? 0)).toBe(1_795_895_123_680);
  expect(decodeURIComponent(fake.requests.at(-1) ?? "")).toBe(
    'GET /v1.41/events?since=1795895000.500000000&filters={"type":["container"],"container":["c"],"event":["die"]}',
  );
});
