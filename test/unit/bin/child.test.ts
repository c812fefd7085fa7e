import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test, vi } from "vitest";

const module = path.resolve(import.meta.dirname, "../../../bin/child.js");

/**
 * A launcher in a process group of its own, whose child runs the given code and says when it is
 * ready.
 */
async function launch(
  code: string,
): Promise<{ readonly launcher: ChildProcess; readonly output: () => string }> {
  const inner = `
    import { dieWithLauncher } from ${JSON.stringify(module)};
    await dieWithLauncher();
    ${code};
    setInterval(() => {}, 1000);
    console.log("ready", process.pid, process.env.QCLOCK_LAUNCHED);
  `;
  const outer = `
    import { runChild } from ${JSON.stringify(module)};
    process.exitCode = await runChild(process.execPath, ["--input-type=module", "--eval", ${JSON.stringify(inner)}]);
  `;
  const launcher = spawn(process.execPath, ["--input-type=module", "--eval", outer], {
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  let text = "";
  launcher.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  while (!text.includes("ready")) await once(launcher.stdout, "data");
  return { launcher, output: () => text };
}

const cleansUp = (signal: string) =>
  `process.on("${signal}", () => setTimeout(() => { console.log("cleaned up"); process.exit(7); }, 100))`;

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "%s to the launcher alone reaches the child, whose exit code it takes over",
  async (signal) => {
    const { launcher, output } = await launch(cleansUp(signal));
    launcher.kill(signal);
    expect(await once(launcher, "exit")).toEqual([7, null]);
    expect(output()).toContain("cleaned up");
  },
);

test("SIGINT to the whole group, as from a terminal, leaves the launcher waiting for its child", async () => {
  const { launcher, output } = await launch(cleansUp("SIGINT"));
  if (launcher.pid === undefined) throw new Error("The launcher has not started.");
  process.kill(-launcher.pid, "SIGINT");
  expect(await once(launcher, "exit")).toEqual([7, null]);
  expect(output()).toContain("cleaned up");
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("a child that dies of %s gives %d", async (signal, exitCode) => {
  const { launcher } = await launch("");
  launcher.kill(signal);
  expect(await once(launcher, "exit")).toEqual([exitCode, null]);
});

test("a launcher that is killed takes its child with it", async () => {
  const { launcher, output } = await launch("");
  const child = Number(/ready (\d+) undefined/.exec(output())?.[1]);
  expect(isRunning(child)).toBe(true);

  launcher.kill("SIGKILL");
  await once(launcher, "exit");

  await vi.waitFor(() => expect(isRunning(child)).toBe(false), { timeout: 5000, interval: 5 });
});

test("of two launchers in a row the first one that is killed takes both with it", async () => {
  const grandchild = `setInterval(() => {}, 1000); console.log("grandchild", process.pid)`;
  const { launcher, output } = await launch(`
    import { runChild } from ${JSON.stringify(module)};
    void runChild(process.execPath, ["--input-type=module", "--eval", ${JSON.stringify(
      `import { dieWithLauncher } from ${JSON.stringify(module)}; await dieWithLauncher(); ${grandchild}`,
    )}]);
  `);
  while (!output().includes("grandchild")) await once(launcher.stdout ?? launcher, "data");
  const last = Number(/grandchild (\d+)/.exec(output())?.[1]);

  launcher.kill("SIGKILL");

  await vi.waitFor(() => expect(isRunning(last)).toBe(false), { timeout: 5000, interval: 5 });
});

/** Not as a zombie either: nobody in this test may wait for it. */
function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}
