import { expect, test } from "vitest";
import type { BuildRequest } from "../../../src/docker/engine.ts";
import { engineStatus } from "../../../src/docker/errors.ts";
import { inTurn, json, refuse, startFakeEngine, stream } from "../../support/fake-engine.ts";

const imageId = `sha256:${"a".repeat(64)}`;
const built = { aux: { ID: imageId } };
const inspected = json({
  Id: imageId,
  RepoTags: [],
  Config: { Labels: { purpose: "test" } },
  RootFS: { Layers: [] },
});

function aBuild(): BuildRequest {
  return {
    context: (async function* () {
      yield Buffer.alloc(1024);
    })(),
    contextSizeBytes: 1024,
    dockerfile: "Dockerfile",
    buildArgs: new Map(),
    labels: new Map([["purpose", "test"]]),
    reference: "qclock.invalid/t/tool:latest",
    builder: "classic",
  };
}

async function build(
  parts: readonly unknown[],
  end: "end" | "cut" | "stall" = "end",
): Promise<{
  readonly result: unknown;
  readonly lines: readonly string[];
  readonly requests: readonly string[];
}> {
  await using fake = await startFakeEngine({
    routes: {
      "POST /build": stream(parts, end),
      [`GET /images/${encodeURIComponent(imageId)}/json`]: inspected,
      [`POST /images/${imageId}/tag`]: (response) => void response.writeHead(201).end(),
    },
  });
  // Short ones only where silence is meant: a busy machine is silent, too.
  const short = { stallNoticeMs: 30, stallLimitMs: 150 };
  await using engine = await fake.connect(end === "stall" ? short : {});
  const lines: string[] = [];
  const result: unknown = await engine
    .buildImage(aBuild(), (line) => lines.push(line))
    .catch((error: unknown) => error);
  return {
    result,
    lines,
    requests: fake.requests.filter((request) => !/_ping|info/u.test(request)),
  };
}

test("a build succeeds when its stream names an image that is there, and only then gets its name", async () => {
  const { result, lines, requests } = await build([
    { stream: "Step 1/1 : FROM scratch\n" },
    built,
    { stream: "Successfully built aaa\n" },
  ]);

  expect(result).toBe(imageId);
  expect(lines).toEqual(["Step 1/1 : FROM scratch", "Successfully built aaa"]);
  expect(requests.map((request) => request.replace(/\?.*/u, ""))).toEqual([
    "POST /v1.41/build",
    `GET /v1.41/images/${encodeURIComponent(imageId)}/json`,
    `POST /v1.41/images/${imageId}/tag`,
  ]);
});

test("BuildKit's form of the result counts as well", async () => {
  const { result } = await build([
    { id: "moby.buildkit.trace", aux: "" },
    { id: "moby.image.id", aux: { ID: imageId } },
  ]);
  expect(result).toBe(imageId);
});

test("a stream that ends without naming an image is a failure", async () => {
  const { result, requests } = await build([{ stream: "Step 1/2 : FROM scratch\n" }]);
  expect(result).toMatchObject({
    code: "build-failed",
    message: expect.stringContaining("without naming an image"),
  });
  expect(requests).toHaveLength(1);
});

test("a connection cut in the middle is a failure that says so", async () => {
  const { result } = await build([{ stream: "Step 1/2\n" }], "cut");
  expect(result).toMatchObject({
    code: "engine-unreachable",
    message: expect.stringContaining("closed the connection"),
  });
});

test("silence is told, and then ended", async () => {
  const { result, lines } = await build([{ stream: "Step 1/2\n" }], "stall");
  expect(lines).toEqual(["Step 1/2", "No word for 0.03 s from the Engine."]);
  expect(result).toMatchObject({ code: "deadline-exceeded" });
});

test("a failure inside a stream of status 200 is a failure, and what came before it is told", async () => {
  const { result, lines } = await build([
    { stream: "Step 2/2 : RUN make\nno rule\n" },
    { errorDetail: { code: 2, message: "exit code: 2" }, error: "exit code: 2" },
  ]);
  expect(result).toMatchObject({
    code: "build-failed",
    message: expect.stringContaining("exit code: 2"),
  });
  expect(lines).toEqual(["Step 2/2 : RUN make", "no rule"]);
});

test("a failure on a last line without its end counts", async () => {
  const { result } = await build([JSON.stringify({ error: "late" })]);
  expect(result).toMatchObject({ code: "build-failed", message: expect.stringContaining("late") });
});

test("a full disk is told as such", async () => {
  const { result } = await build([{ error: "write /x: no space left on device" }]);
  expect(result).toMatchObject({ code: "disk-full" });
});

test("a line that is not JSON ends the build with what it said", async () => {
  const { result } = await build([{ stream: "ok\n" }, "<html>Bad Gateway</html>\n", built]);
  expect(result).toMatchObject({ code: "engine-failed", details: ["<html>Bad Gateway</html>"] });
});

test("a character split across chunks stays whole", async () => {
  const bytes = Buffer.from(`${JSON.stringify({ stream: "créé\n" })}\n${JSON.stringify(built)}\n`);
  const middle = bytes.indexOf(0xc3) + 1;
  const { lines, result } = await build([bytes.subarray(0, middle), bytes.subarray(middle)]);
  expect(lines).toEqual(["créé"]);
  expect(result).toBe(imageId);
});

test("an image without the labels asked for is no result, and gets no name", async () => {
  await using fake = await startFakeEngine({
    routes: {
      "POST /build": stream([built]),
      [`GET /images/${encodeURIComponent(imageId)}/json`]: json({ Id: imageId, Config: {} }),
    },
  });
  await using engine = await fake.connect();
  await expect(engine.buildImage(aBuild(), () => undefined)).rejects.toMatchObject({
    code: "build-failed",
    message: expect.stringContaining("label purpose"),
  });
  expect(fake.requests.some((request) => request.includes("/tag"))).toBe(false);
});

test("a context whose source fails is never a whole context", async () => {
  let received: "whole" | "broken" | undefined;
  await using fake = await startFakeEngine({
    routes: {
      "POST /build": (_response, request) => {
        request.resume();
        request.once("end", () => (received = "whole"));
        request.once("error", () => (received = "broken"));
      },
    },
  });
  await using engine = await fake.connect();
  const context = (async function* () {
    yield Buffer.alloc(512);
    await new Promise((resolve) => setTimeout(resolve, 30));
    throw new Error("the disk is gone");
  })();
  await expect(engine.buildImage({ ...aBuild(), context }, () => undefined)).rejects.toMatchObject({
    message: expect.stringContaining("the disk is gone"),
  });
  await expect.poll(() => received).toBe("broken");
});

test("looks are tried again while the Engine restarts, and say so", async () => {
  await using fake = await startFakeEngine({
    routes: {
      "GET /containers/c/json": inTurn(
        refuse(503, "starting"),
        (response) => void response.socket?.destroy(),
        json({ Id: "c", Name: "/c", State: {}, Config: {} }),
      ),
    },
  });
  await using engine = await fake.connect();
  expect(await engine.inspectContainer("c")).toMatchObject({ id: "c", name: "c" });
  expect(fake.notices).toEqual([
    "Could not inspect container c (503: starting); trying again.",
    "Could not inspect container c (ECONNRESET); trying again.",
  ]);
});

test("a change is never tried again", async () => {
  await using fake = await startFakeEngine({
    routes: { "POST /containers/c/start": refuse(500, "driver failed") },
  });
  await using engine = await fake.connect();
  await expect(engine.startContainer("c")).rejects.toMatchObject({
    code: "engine-failed",
    message: "Could not start container c: driver failed.",
  });
  expect(fake.requests.filter((request) => request.startsWith("POST"))).toHaveLength(1);
});

test("what is absent is undefined, and 403 is a refusal", async () => {
  await using fake = await startFakeEngine({
    routes: { "GET /images/secret/json": refuse(403, "by policy\u001B[31m") },
  });
  await using engine = await fake.connect();
  expect(await engine.inspectImage("none")).toBeUndefined();
  const error: unknown = await engine.inspectImage("secret").catch((caught: unknown) => caught);
  expect(error).toMatchObject({
    code: "engine-refused",
    message: expect.stringContaining("by policy."),
  });
  expect(engineStatus(error)).toBe(403);
});

test("an answer that never comes is given up on, a caller's signal at once and with its own reason", async () => {
  await using fake = await startFakeEngine({
    routes: { "GET /images/slow/json": () => undefined },
  });
  await using engine = await fake.connect({ firstByteMs: 50 });
  await expect(engine.inspectImage("slow")).rejects.toMatchObject({ code: "engine-silent" });
  const reason = new Error("interrupted");
  await expect(engine.inspectImage("slow", AbortSignal.abort(reason))).rejects.toBe(reason);
});

test("an answer that is not an Engine's is said to be none", async () => {
  await using fake = await startFakeEngine({
    routes: {
      "GET /images/odd/json": json({ Id: 7 }),
      "GET /images/html/json": (response) => void response.end("<html>"),
    },
  });
  await using engine = await fake.connect();
  await expect(engine.inspectImage("odd")).rejects.toMatchObject({
    code: "engine-failed",
    details: [expect.stringContaining("Id")],
  });
  await expect(engine.inspectImage("html")).rejects.toMatchObject({
    code: "engine-failed",
    details: ["<html>"],
  });
});
