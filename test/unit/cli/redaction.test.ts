import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Writable } from "node:stream";
import { expect, test } from "vitest";
import type { Host } from "../../../src/cli/process/host.ts";
import type { Interruption } from "../../../src/cli/process/interruption.ts";
import { createProgram, describeBug } from "../../../src/cli/program.ts";
import { reportKinds } from "../../../src/reporters/reports/writers.ts";
import { writeReports } from "../../../src/cli/open/report-file.ts";
import { createSession, type Session } from "../../../src/cli/open/session.ts";
import { resolveSettings } from "../../../src/cli/settings/settings.ts";
import { QclockError } from "../../../src/error.ts";
import type { RunEventBody } from "../../../src/run/execution/event.ts";
import { scriptedNodes, scriptedPlan } from "../../support/scripted-run.ts";

/** Whatever is said, in whichever form: no secret and no credential leaves by it. */

const known = 'p@ss<"word">&1';
const text = `secret ${known}, https://user:url-password@mirror.example/?token=query-token, Authorization: Bearer header-token, proxy pr0xy-word`;
const leak = /ss<|ss&lt;|word\\?"|word&|url-password|query-token|header-token|pr0xy-word/;

class Screen extends Writable {
  text = "";
  readonly isTTY: boolean;
  readonly columns = 200;

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }

  override _write(chunk: unknown, _: BufferEncoding, done: () => void): void {
    this.text += String(chunk);
    done();
  }
}

interface Opened {
  readonly session: Session;
  readonly host: Host;
  readonly written: () => Promise<string>;
}

async function open(argv: readonly string[], home: string, isTTY: boolean): Promise<Opened> {
  const [stdout, stderr] = [new Screen(isTTY), new Screen(isTTY)];
  const host = {
    argv,
    environment: new Map([["https_proxy", "http://user:pr0xy-word@proxy.example"]]),
    workingDirectory: home,
    homeDirectory: home,
    hostName: "host",
    userName: "user",
    pid: 1,
    stdin: process.stdin,
    stdout,
    stderr,
  } as unknown as Host;
  let settings: ReturnType<typeof resolveSettings> | undefined;
  const program = await createProgram(host, async (command) => {
    settings = resolveSettings({
      command,
      environment: new Map(),
      config: new Map(),
      configFile: "",
    });
  });
  await program.parseAsync([...argv], { from: "user" });
  if (settings === undefined) throw new Error("no command was run");
  const signal = new AbortController().signal;
  const interruption = { signal } as unknown as Interruption;
  const session = createSession({ host, settings, interruption, command: "up" });
  session.redactor.add(known);
  const written = async (): Promise<string> => {
    const files = await readdir(home, { recursive: true, withFileTypes: true });
    const texts = files
      .filter((file) => file.isFile())
      .map((file) => readFile(path.join(file.parentPath, file.name), "utf8"));
    return [stdout.text, stderr.text, ...(await Promise.all(texts))].join("\n");
  };
  return { session, host, written };
}

const { startApp } = scriptedNodes;
const node = { ...startApp, cause: text };
const error = new QclockError("job-failed", text, {
  hint: text,
  details: [text],
  cause: new Error(text),
});
const failed = { status: "failed", error } as const;
const succeeded = { status: "succeeded", note: text } as const;

/** Each kind of event, with the text wherever one stands. */
const events: readonly RunEventBody[] = [
  { type: "phase-started", phase: "fetch", title: text },
  { type: "phase-progress", phase: "fetch", done: 1, total: 2, unit: "items", detail: text },
  { type: "phase-finished", phase: "fetch", note: text },
  { type: "run-started", command: "up", plan: { ...scriptedPlan, nodes: [node] } },
  { type: "node-started", node },
  { type: "node-progress", node, done: 1, total: 2, unit: "items", detail: text },
  { type: "node-waiting", node, reason: text, waitedMs: 10_000 },
  { type: "node-output", node, line: text },
  { type: "notice", level: "warning", message: text, hint: text },
  { type: "node-finished", node, outcome: succeeded },
  { type: "node-finished", node, outcome: failed },
  {
    type: "run-finished",
    report: {
      status: "failed",
      startedAtMs: 0,
      durationMs: 1,
      nodes: [{ node, outcome: failed }],
      steps: [],
    },
  },
];

const location = {
  file: "stack.config.yaml",
  line: 1,
  column: 1,
  offset: 0,
  length: 1,
  sourceLine: text,
};
const diagnostic = {
  severity: "error",
  code: "invalid-value",
  message: text,
  hint: text,
  location,
  related: [{ message: text, location }],
} as const;

async function sayEverything({ session, host }: Opened): Promise<void> {
  for (const event of events) session.emit(event);
  session.print(text);
  session.say(text);
  await session.reportError(error);
  await session.reportDiagnostics([diagnostic]);
  session.printDocument("plan", { text });
  host.stderr.write(describeBug(new Error(text.replace(known, "")), host));
  const wanted = reportKinds.map((kind) => ({ kind, file: `report.${kind}` }));
  await writeReports(session, wanted, {
    stack: "demo",
    os: "debian-12",
    manifestDigest: "sha256:0",
    engine: { url: text, version: "28" },
    version: "1",
    startedAt: "2026-01-01T00:00:00Z",
    durationMs: 1,
    strict: false,
    status: "failed",
    counts: { passed: 0, failed: 1, allowed: 0, skipped: 0, blocking: 1 },
    results: [
      {
        check: { id: "a", title: text, severity: "high", sources: [text] },
        subject: "service app",
        verdict: { status: "failed", evidence: [text], hint: text },
        durationMs: 1,
        blocking: true,
      },
    ],
  } as unknown as Parameters<typeof writeReports>[2]);
  await session[Symbol.asyncDispose]();
}

test.each([
  ["tty", [], true],
  ["plain", ["--progress", "plain"], false],
  ["json", ["--progress", "json"], false],
  ["quiet", ["--quiet"], false],
  ["verbose", ["--verbose", "--progress", "plain"], false],
  ["json document", ["--json"], false],
])("%s, its log, its debug file and its reports", async (_, flags, isTTY) => {
  const home = await mkdtemp(path.join(tmpdir(), "qclock-redaction-"));
  try {
    const opened = await open(["up", ...flags, "--debug", path.join(home, "debug")], home, isTTY);
    await sayEverything(opened);

    const written = await opened.written();
    expect(written).toContain("***");
    expect(written.split("\n").filter((line) => leak.test(line))).toEqual([]);
    const files = await readdir(home, { recursive: true });
    expect(files.filter((name) => /\.log$|^debug$|^report\.[a-z]+$/.test(name))).toHaveLength(
      2 + reportKinds.length,
    );
  } finally {
    await rm(home, { recursive: true });
  }
});
