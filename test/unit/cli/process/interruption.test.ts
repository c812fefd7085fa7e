import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../support/temporary-store.ts";

const module = path.resolve(import.meta.dirname, "../../../../src/cli/process/interruption.ts");

/** A process that answers signals as qclock does and takes long to stop. */
async function start(
  tail: string,
  graceMs?: number,
): Promise<{ readonly child: ChildProcess; readonly output: () => string }> {
  const source = `
    import { listenForSignals } from ${JSON.stringify(module)};
    const interruption = listenForSignals(process${graceMs === undefined ? "" : `, ${graceMs}`});
    const busy = setInterval(() => {}, 1000);
    process.stderr.write("ready\\n");
    ${tail}
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", source], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let text = "";
  child.stderr?.on("data", (chunk: Buffer) => (text += chunk.toString()));
  while (!text.includes("ready")) await once(child.stderr ?? child, "data");
  return { child, output: () => text };
}

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 143],
] as const)(
  "the first %s is answered at once and ends the run in good order with %d",
  async (signal, exitCode) => {
    const { child, output } = await start(
      "interruption.signal.addEventListener('abort', () => { clearInterval(busy); process.exitCode = interruption.exitCode; });",
    );
    child.kill(signal);
    expect(await once(child, "exit")).toEqual([exitCode, null]);
    expect(output()).toBe(`ready\nStopping after ${signal}; once more to quit at once.\n`);
  },
);

test("the second signal ends the process at once, by the signal itself", async () => {
  const { child, output } = await start("");
  child.kill("SIGINT");
  while (!output().includes("Stopping")) await once(child.stderr ?? child, "data");
  await setTimeout(150);
  const sentAt = performance.now();
  child.kill("SIGINT");
  expect(await once(child, "exit")).toEqual([null, "SIGINT"]);
  expect(performance.now() - sentAt).toBeLessThan(200);
});

test("a signal told twice at once, by the terminal and by a launcher, counts as one", async () => {
  const { child, output } = await start(
    "interruption.signal.addEventListener('abort', () => { setTimeout(() => { clearInterval(busy); process.exitCode = interruption.exitCode; }, 50); });",
  );
  child.kill("SIGINT");
  while (!output().includes("Stopping")) await once(child.stderr ?? child, "data");
  child.kill("SIGINT");
  expect(await once(child, "exit")).toEqual([130, null]);
});

test("a deadline stops the run with 124", async () => {
  const { child } = await start(
    "interruption.startDeadline(20); interruption.signal.addEventListener('abort', () => { clearInterval(busy); process.exitCode = interruption.exitCode; });",
  );
  expect(await once(child, "exit")).toEqual([124, null]);
});

test.each([
  ["its deadline", "interruption.startDeadline(20);", undefined],
  ["a signal", "", "SIGTERM"],
] as const)(
  "a run that waits for what never comes is ended some time after %s",
  async (_, tail, signal) => {
    await using folder = await temporaryFolder();
    const pipe = path.join(folder.path, "pipe");
    execFileSync("mkfifo", [pipe]);
    const waits = `${tail} (await import("node:fs")).open(${JSON.stringify(pipe)}, "r", () => {});`;
    const { child } = await start(`${waits} process.stderr.write("waits");`, 100);
    if (signal !== undefined) child.kill(signal);

    expect(await once(child, "exit")).toEqual([null, "SIGTERM"]);
  },
);
