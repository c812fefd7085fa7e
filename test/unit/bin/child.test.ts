import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { expect, test } from "vitest";

const module = path.resolve(import.meta.dirname, "../../../bin/child.js");

/** A launcher in a process group of its own, whose child runs the given code and says when it is ready. */
async function launch(
  code: string,
): Promise<{ readonly launcher: ChildProcess; readonly output: () => string }> {
  const inner = `${code}; setInterval(() => {}, 1000); console.log("ready");`;
  const outer = `
    import { runChild } from ${JSON.stringify(module)};
    process.exitCode = await runChild(process.execPath, ["--eval", ${JSON.stringify(inner)}]);
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
