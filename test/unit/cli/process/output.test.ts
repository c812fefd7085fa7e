import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const main = path.resolve(import.meta.dirname, "../../../../src/cli/process/main.ts");

interface Ended {
  readonly exitCode: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Run the command line with one of its streams on a device that is always full, or on a pipe that
 * nobody reads.
 */
async function run(
  args: readonly string[],
  broken: { readonly stream: 1 | 2; readonly by: "/dev/full" | "a closed pipe" },
): Promise<Ended> {
  const full = openSync("/dev/full", "w");
  const stdio = ["ignore", "pipe", "pipe"].map((each, index) =>
    index === broken.stream && broken.by === "/dev/full" ? full : each,
  );
  const child = spawn(process.execPath, ["--no-warnings", main, ...args], {
    stdio: stdio.map((each) =>
      typeof each === "number" ? each : each === "pipe" ? each : "ignore",
    ),
  });
  closeSync(full);
  const text = { 1: "", 2: "" };
  for (const index of [1, 2] as const) {
    const stream = child.stdio[index];
    if (index === broken.stream) stream?.destroy();
    else stream?.on("data", (chunk: Buffer) => (text[index] += chunk.toString()));
  }
  const [exitCode] = await once(child, "close");
  return { exitCode, stdout: text[1], stderr: text[2] };
}

test.for([["--version"], ["schema"], ["help"], ["help", "up"], ["completion", "bash"]])(
  "%s on a full device is said once and ends with 1",
  async (args) => {
    const { exitCode, stderr } = await run(args, { stream: 1, by: "/dev/full" });

    expect(exitCode).toBe(1);
    expect(stderr.match(/output-unwritable/g)).toHaveLength(1);
    expect(stderr).toContain("ENOSPC");
    expect(stderr).not.toContain("bug");
  },
);

test.for([["--version"], ["schema"], ["help"]])(
  "%s into a pipe that nobody reads ends in order",
  async (args) => {
    const ended = await run(args, { stream: 1, by: "a closed pipe" });

    expect(ended).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  },
);

test.for([
  ["/dev/full", ["validate", "--file", "/nowhere/stack.config.yaml"], 2],
  ["a closed pipe", ["validate", "--file", "/nowhere/stack.config.yaml"], 2],
  ["a closed pipe", ["schema"], 0],
] as const)("standard error on %s: %j ends with %d", async ([by, args, expected]) => {
  const { exitCode } = await run(args, { stream: 2, by });

  expect(exitCode).toBe(expected);
});
