import type { Engine } from "../../src/docker/engine.ts";
import type { RunContext } from "../../src/run/context.ts";
import { up } from "../../src/run/up.ts";
import type { Stack } from "../../src/stack/stack.ts";
import { type Verified, type VerifyOptions, verifyStack } from "../../src/verify/verify.ts";
import { fakeClock } from "./fake-clock.ts";
import { inspectedEngine, type Scene } from "./inspected-engine.ts";
import type { Program } from "./memory-engine.ts";
import { appAndDb, openMemoryStack } from "./memory-stack.ts";
import type { TestStack, TestStackParts } from "./runtime.ts";

/** Every connection that is tried from a service is open. */
const reaching: Program = {
  exec: ([, , , , ...words]) => ({
    exitCode: 0,
    output: words.flatMap((_, index) => (index % 2 === 0 ? [`${index / 2} open`] : [])).join("\n"),
  }),
};

/** What a stack needs beside its own files to pass every check. */
const sound: Scene = {
  imageFiles: [
    { path: "etc/passwd", content: "app:x:10001:10001::/nonexistent:/bin/false\n" },
    { path: "var/lib/dpkg/status", content: "" },
  ],
  files: () => ({ "/usr/bin/bash": { content: "ELF", mode: 0o755 } }),
  processes: async () => [{ pid: 1, parent: 0, uid: 10_001, command: "app", privileged: false }],
};

/** A stack that was brought up in memory, and that passes every check that can look. */
export interface ProvedStack extends AsyncDisposable {
  readonly rig: TestStack;
  readonly stack: Stack;
  readonly engine: Engine;
  readonly context: RunContext;
  /** Values of secrets that were made known. */
  readonly learnt: readonly string[];
  verify(options?: Partial<VerifyOptions>, changes?: Partial<RunContext>): Promise<Verified>;
}

/** Bring a stack up in memory; `scene` changes what is seen of it then. */
export async function openProved(
  scene: Scene = {},
  parts: TestStackParts = appAndDb(),
): Promise<ProvedStack> {
  const memory = await openMemoryStack(() => reaching);
  const { rig } = memory;
  const stack = rig.stack(parts);
  const engine = inspectedEngine(memory.engine, { ...sound, ...scene });
  const context = rig.context(stack, { engine: async () => engine, clock: fakeClock() });
  const { status } = await up(context, {});
  if (status !== "succeeded") throw new Error(`up ${status}`);
  const learnt: string[] = [];
  const learnSecret = (value: string): void => void learnt.push(value);
  return {
    rig,
    stack,
    engine,
    context,
    learnt,
    verify: (options = {}, changes = {}) =>
      verifyStack(
        { ...context, ...changes },
        { strict: false, rebuild: false, learnSecret, ...options },
      ),
    [Symbol.asyncDispose]: () => memory[Symbol.asyncDispose](),
  };
}
