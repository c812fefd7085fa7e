import { spawn } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";
import { up } from "../../../src/run/up.ts";
import { crashStack } from "../../support/crash-up.ts";
import { createTestStack, resetStack, type TestStack } from "../../support/runtime.ts";

const program = path.resolve(import.meta.dirname, "../../support/crash-up.ts");

type Moment = "before" | "after";

/**
 * Run `up` in a process of its own that is killed at one of its changes. Says how the process
 * ended.
 */
async function upUntil(rig: TestStack, number: number, moment: Moment): Promise<string> {
  const { directory } = rig.stack({ services: [] });
  const child = spawn(process.execPath, [program, directory, rig.name, String(number), moment], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => (output += String(chunk)));
  const { promise, resolve } = Promise.withResolvers<string>();
  child.once("close", (_, signal) => resolve(signal ?? output.trim()));
  return promise;
}

/**
 * What is wrong after the next run, one thing a line: it must converge, then have nothing to do,
 * then leave nothing.
 */
async function findWrong(rig: TestStack): Promise<readonly string[]> {
  const { nodes } = await up(rig.context(crashStack(rig)), {});
  const failures = nodes.flatMap(({ node, outcome }) =>
    outcome.status === "failed"
      ? [[node.id, outcome.error.message, ...outcome.error.details].join(" ")]
      : [],
  );
  const again = (await up(rig.context(crashStack(rig)), {})).nodes.map(({ node }) => node.id);
  await resetStack(rig.context(crashStack(rig)));
  return [...failures, ...again, ...(await rig.labelled())];
}

// Each kill costs two runs, so that every fifth change is tried; the two moments try different
// ones.
test.each([
  ["before", 1],
  ["after", 3],
] as const)(
  "killed %s any of its changes, the next run converges, and reset leaves nothing",
  async (moment, first) => {
    await using rig = await createTestStack();
    const wrong = new Map<number, readonly string[]>();
    let number = first;
    let ended = await upUntil(rig, number, moment);
    for (; ended === "SIGKILL"; ended = await upUntil(rig, (number += 5), moment)) {
      const found = await findWrong(rig);
      if (found.length > 0) wrong.set(number, found);
    }
    expect(wrong).toEqual(new Map());
    expect(ended).toMatch(/^succeeded after \d+ changes$/);
    expect(number).toBeGreaterThan(15);
  },
  480_000,
);
