import { closeSync, openSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRunLog, openDebugLog } from "../../../src/cli/logs.ts";
import { createRedactor } from "../../../src/reporters/redact.ts";
import { scriptedEvents } from "../../support/scripted-run.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "qclock-"));
});
afterAll(() => rm(directory, { recursive: true }));

test("the log of a run has every line, the output of each step included, for its owner alone", async () => {
  const log = createRunLog({ directory: path.join(directory, "logs"), name: "run" });
  for (const event of scriptedEvents({ failing: true })) log.reporter.handle(event);
  await log.reporter[Symbol.asyncDispose]();
  const file = log.file() ?? "";
  const text = await readFile(file, "utf8");
  expect(text).toContain("] Fetch packages\n");
  expect(text).toContain("] service app | starting app\n");
  expect(text).toContain("[container-exited]");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test("a run with nothing to do leaves no log", async () => {
  const log = createRunLog({ directory: path.join(directory, "none"), name: "run" });
  const plan = { stack: "t", nodes: [], unchanged: [], notices: [] };
  log.reporter.handle({ type: "run-started", atMs: 0, command: "up", plan });
  log.reporter.handle({
    type: "run-finished",
    atMs: 1,
    report: { status: "succeeded", startedAtMs: 0, durationMs: 0, nodes: [], steps: [] },
  });
  await log.reporter[Symbol.asyncDispose]();
  expect(log.file()).toBeUndefined();
  await expect(readdir(path.join(directory, "none"))).rejects.toThrow("ENOENT");
});

test("a folder that cannot be written costs the log and not the run", () => {
  const log = createRunLog({ directory: path.join("/dev/null", "logs"), name: "run" });
  for (const event of scriptedEvents({ failing: false })) log.reporter.handle(event);
  expect(log.file()).toBeUndefined();
});

test("the debug file tells of each call without anything that may be secret", async () => {
  const file = path.join(directory, "debug.jsonl");
  const redactor = createRedactor();
  redactor.add("known-secret");
  {
    using debug = openDebugLog(file, redactor, { now: () => 0, onBroken: () => undefined });
    const engine = debug.watch({
      putArchive: async () => undefined,
      createContainer: async () => {
        throw new Error("no: known-secret");
      },
    } as unknown as Parameters<typeof debug.watch>[0]);
    await engine.putArchive(
      "c1",
      "/run",
      Buffer.from("bytes-secret"),
      new AbortController().signal,
    );
    const request = {
      name: "t",
      environment: new Map([["TOKEN", "variable-secret"]]),
      labels: new Map([["a", "b"]]),
    };
    await expect(
      engine.createContainer(request as unknown as Parameters<typeof engine.createContainer>[0]),
    ).rejects.toThrow("no");
  }
  const text = await readFile(file, "utf8");
  expect(text).not.toMatch(/bytes-secret|variable-secret|known-secret|98,121/);
  expect(
    text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toMatchObject([
    { call: "putArchive", args: ["c1", "/run", "12 bytes", "AbortSignal"], status: "succeeded" },
    {
      call: "createContainer",
      args: [{ name: "t", environment: ["TOKEN"], labels: { a: "b" } }],
      status: "failed",
      error: "Error: no: ***",
    },
  ]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test("a debug file that cannot be written is a usage error", () => {
  expect(() =>
    openDebugLog("/dev/null/x", createRedactor(), { now: () => 0, onBroken: () => undefined }),
  ).toThrow(expect.objectContaining({ code: "usage" }));
});

test("a debug file on a full disk is said once, and stops nobody", () => {
  const said: string[] = [];
  const options = { now: () => 0, onBroken: (message: string) => void said.push(message) };
  {
    using debug = openDebugLog("/dev/full", createRedactor(), options);
    for (const event of scriptedEvents({ failing: false })) debug.reporter.handle(event);
  }
  expect(said).toEqual([expect.stringContaining("/dev/full cannot be written any more: ENOSPC")]);
});

test("a debug file that was closed is not written to: another file may have its descriptor", async () => {
  const [file, other] = [path.join(directory, "closed.jsonl"), path.join(directory, "other")];
  const said: string[] = [];
  const options = { now: () => 0, onBroken: (message: string) => void said.push(message) };
  const debug = openDebugLog(file, createRedactor(), options);
  debug[Symbol.dispose]();
  const descriptor = openSync(other, "w");
  for (const event of scriptedEvents({ failing: false })) debug.reporter.handle(event);
  closeSync(descriptor);
  expect(await readFile(other, "utf8")).toBe("");
  expect(said).toEqual([]);
});
