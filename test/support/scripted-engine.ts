import type { ContainerEnd, ContainerState, Engine, ExecResult } from "../../src/docker/engine.ts";
import { QclockError } from "../../src/error.ts";
import { aContainerState } from "./a-subject.ts";

/**
 * What a scripted Engine says of its one container at a time; an error is thrown, `hangs` never
 * answers.
 */
export type Said = Partial<ContainerState> | "gone" | "hangs" | QclockError;

export interface Script {
  /** By the clock of the test. */
  readonly inspect: () => Said;
  /** Ends of the container's program, told as soon as they are asked for. */
  readonly ends?: () => readonly ContainerEnd[];
  readonly exec?: () => ExecResult;
  readonly log?: readonly string[];
}

export type WaitEngine = Pick<
  Engine,
  "endpoint" | "inspectContainer" | "containerEnds" | "exec" | "logs"
>;

/**
 * An Engine with one container that does what a test tells it to, without a socket and without
 * time.
 */
export function scriptedEngine(script: Script): WaitEngine {
  return {
    endpoint: { url: "unix:///scripted.sock", origin: "test", local: true },
    async inspectContainer(_, signal) {
      const said = script.inspect();
      if (said === "gone") return undefined;
      if (said === "hangs") return await aborted(signal);
      if (said instanceof QclockError) throw said;
      return aContainerState(said);
    },
    async *containerEnds(_id, _since, signal) {
      yield* script.ends?.() ?? [];
      await aborted(signal);
    },
    exec: async () => script.exec?.() ?? { exitCode: 0, output: "" },
    async *logs() {
      for (const text of script.log ?? []) yield { stream: "stdout", text };
    },
  };
}

/** As a call to an Engine that has been killed fails. */
export function unreachableEngine(): QclockError {
  return new QclockError(
    "engine-unreachable",
    "Could not inspect container c: connect ECONNREFUSED.",
  );
}

async function aborted(signal: AbortSignal | undefined): Promise<never> {
  return await new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
