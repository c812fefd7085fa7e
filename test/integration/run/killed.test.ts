import { spawn } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";
import { up } from "../../../src/run/up.ts";
import { crashStack } from "../../support/crash-up.ts";
import { createTestStack, resetStack, type TestStack } from "../../support/runtime.ts";

const program = path.resolve(import.meta.dirname, "../../support/crash-up.ts");

/** Run `up` in a process of its own that is killed at one of its changes. Says how the process ended. */
async function upUntil(
  rig: TestStack,
  number: number,
  moment: "before" | "after",
): Promise<string> {
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

test.each(["before", "after"] as const)(
  "killed %s any of its changes, the next run converges, and reset leaves nothing",
  async (moment) => {
    await using rig = await createTestStack();
    for (let number = 1; ; number++) {
      const ended = await upUntil(rig, number, moment);
      if (ended !== "SIGKILL") {
        expect(ended).toMatch(/^succeeded after \d+ changes$/);
        expect(number).toBeGreaterThan(15);
        break;
      }
      const report = await up(rig.context(crashStack(rig)), {});
      const failures = report.nodes.flatMap(({ node, outcome }) =>
        outcome.status === "failed"
          ? [`${node.id}: ${outcome.error.message} ${outcome.error.details.join("; ")}`]
          : [],
      );
      expect({ number, failures }).toEqual({ number, failures: [] });
      expect({ number, plan: (await up(rig.context(crashStack(rig)), {})).nodes }).toEqual({
        number,
        plan: [],
      });
      await resetStack(rig.context(crashStack(rig)));
      expect({ number, left: await rig.labelled() }).toEqual({ number, left: [] });
    }
  },
  480_000,
);
