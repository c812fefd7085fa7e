import { expect, test } from "vitest";
import { createStyle } from "../../../src/reporters/format/style.ts";
import { createPlainReporter } from "../../../src/reporters/plain.ts";
import { createQuietReporter } from "../../../src/reporters/quiet.ts";
import type { RunEvent } from "../../../src/run/execution/event.ts";
import { scriptedEvents, scriptedNodes } from "../../support/scripted-run.ts";

const style = createStyle({ color: false });

function plain(
  events: readonly RunEvent[],
  options: { readonly verbose: boolean } = { verbose: false },
): string {
  let text = "";
  const reporter = createPlainReporter({
    output: { write: (more) => (text += more) },
    style,
    verbose: options.verbose,
    logFile: () => "/state/run.log",
  });
  for (const event of events) reporter.handle(event);
  return text;
}

test("each event is a line with the seconds since the start", () => {
  expect(plain(scriptedEvents({ failing: false }))).toMatchInlineSnapshot(`
    "[   0.0s] Fetch packages
    [   0.5s] 38 packages, 92 MB fetched
    [   0.5s] image db: up to date
    [   1.0s] image base: assembling (not found)
    [   1.5s] image base: assembled, 38 packages, 92 MB (500 ms)
    [   2.0s] image base: loading (not found)
    [   2.5s] image base: loaded (500 ms)
    [   3.0s] network edge: creating (not found)
    [   3.5s] network edge: created (500 ms)
    [   4.0s] service app: creating (not found)
    [   4.5s] service app: created (500 ms)
    [   5.0s] service app: starting (not found)
    [   5.5s] service app: started (500 ms)
    [   6.0s] service app: waiting until ready (not found)
    [   6.5s] service app: ready (500 ms)
    [   6.0s] warning: The mirror answered slowly.
    ✔ up: 6 done, 1 unchanged in 6.6 s
    "
  `);
});

test("a failure shows the error, the failed step's own output, and where the full log lies", () => {
  const text = plain(scriptedEvents({ failing: true }));
  expect(text.slice(text.indexOf("[   5.5s]"))).toMatchInlineSnapshot(`
    "[   5.5s] service app: failed while starting: Service "app" ended at once with exit code 1. [container-exited] (500 ms)
    [   6.5s] service app: not run: something it needs failed
    [   6.0s] warning: The mirror answered slowly.
    error: Service "app" ended at once with exit code 1. [container-exited]
        configuration file is missing
        hint: Look at its log.
        output of service app while starting, last line:
          | starting app
        full log: /state/run.log
    ✖ up failed: 1 failed, 1 not run, 4 done, 1 unchanged in 6.6 s
    "
  `);
});

test("of a wait that failed the error tells the last reason, and no output repeats it", () => {
  const { readyApp: node } = scriptedNodes;
  const events = scriptedEvents({ failing: true }).map((event): RunEvent => {
    if (event.type === "node-output") return { ...event, node };
    if (event.type !== "run-finished") return event;
    const failed = event.report.nodes.filter(({ outcome }) => outcome.status === "failed");
    const nodes = failed.map(({ outcome }) => ({ node, outcome }));
    return { ...event, report: { ...event.report, nodes } };
  });
  expect(plain(events)).not.toContain("output of");
});

test("verbose shows each step's output as it comes, stripped", () => {
  expect(plain(scriptedEvents({ failing: false }), { verbose: true })).toContain(
    "service app | starting app\n",
  );
});

test("long work says where it stands every few seconds, however many events come", () => {
  const node = scriptedNodes.assembleBase;
  const progress = Array.from({ length: 120 }, (_, index): RunEvent => ({
    type: "node-progress",
    atMs: index * 100,
    node,
    done: index,
    total: 120,
    unit: "items",
  }));
  const lines = plain([{ type: "node-started", atMs: 0, node }, ...progress])
    .trim()
    .split("\n");
  expect(lines).toEqual([
    "[   0.0s] image base: assembling (not found)",
    "[   5.0s] image base: assembling, 50 of 120",
    "[  10.0s] image base: assembling, 100 of 120",
  ]);
});

test("quiet says nothing of a success and everything of a failure", () => {
  const quiet = (failing: boolean): string => {
    let text = "";
    const reporter = createQuietReporter({
      output: { write: (more) => (text += more) },
      style,
      logFile: () => undefined,
    });
    for (const event of scriptedEvents({ failing })) reporter.handle(event);
    return text;
  };
  expect(quiet(false)).toBe("");
  expect(quiet(true)).toMatch(
    /^error: Service "app" ended at once.*\n[\s\S]*hint: Look at its log\.\n/,
  );
});

test("what a step waits for is said without --verbose, and what it says long is cut in its failure", () => {
  const node = scriptedNodes.readyApp;
  const reason = "tcp_socket:3306: connection refused";
  expect(plain([{ type: "node-waiting", atMs: 10_000, node, reason, waitedMs: 10_000 }])).toBe(
    `[   0.0s] service app: waiting for 10.0 s: ${reason}\n`,
  );

  const long = "x".repeat(60_000);
  const [begun, end] = [
    scriptedEvents({ failing: true }),
    scriptedEvents({ failing: true }).at(-1),
  ];
  const said: RunEvent = { type: "node-output", atMs: 0, node: scriptedNodes.startApp, line: long };
  const text = plain([...begun.slice(0, -1), said, ...(end === undefined ? [] : [end])]);
  expect(text).toContain(`| ${"x".repeat(500)}… (59500 more characters)\n`);
});
