import { createHash } from "node:crypto";
import { getCompileCacheDir } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type * as Program from "../program.ts";
import { type Evaluated, evaluateKept } from "./kept-code.ts";
import { build } from "./version.ts";

/** Commands that are run often and shall start quickly: the code of each is kept by itself. */
const frequent = ["build", "up", "ps", "plan", "down", "exec", "logs", "probe", "verify"];

/**
 * After so much of the processor's time a run that still goes on keeps its code, and later no more:
 * V8 drops what has not been called for a while. Of the processor's, since on a busy machine little
 * has been called after a second by the clock.
 */
const longRunMs = 1000;
const lookEveryMs = 250;

/** The program, and what is called when a run of it has ended well. */
export interface LoadedProgram {
  readonly program: Pick<typeof Program, "runProgram" | "describeBug">;
  readonly keepCode: () => void;
}

let loaded: Promise<LoadedProgram> | undefined;

/**
 * Load the program with the code that earlier runs of the same command have kept, where it is
 * bundled and Node keeps code at all.
 */
export function loadProgram(words: readonly string[]): Promise<LoadedProgram> {
  return (loaded ??= load(words));
}

async function load(words: readonly string[]): Promise<LoadedProgram> {
  const directory = getCompileCacheDir();
  if (build === undefined || directory === undefined)
    return { program: await import("../program.ts"), keepCode: () => undefined };
  const command = nameOf(words);
  const evaluated: Evaluated<unknown>[] = [];
  const loadFile = <Exports>(file: string): Evaluated<Exports> => {
    const name = createHash("sha256").update(`${file}\0${command}`).digest("hex").slice(0, 16);
    const kept = path.join(directory, `kept-${name}`);
    const one = evaluateKept<Exports>(file, kept, (beside) => loadFile(beside).exports);
    evaluated.push(one);
    return one;
  };
  let isShort = true;
  const keepCode = (): void => {
    if (isShort) for (const { keep } of evaluated) keep();
  };
  const looking = setInterval(() => {
    const { user, system } = process.cpuUsage();
    if (user + system < longRunMs * 1000) return;
    keepCode();
    isShort = false;
    clearInterval(looking);
  }, lookEveryMs).unref();
  const file = fileURLToPath(new URL("./program.cjs", import.meta.url));
  const { exports: program } = loadFile<LoadedProgram["program"]>(file);
  return { program, keepCode };
}

function nameOf(words: readonly string[]): string {
  // Help calls hardly any of a command's code.
  if (words.includes("--help") || words.includes("-h")) return "other";
  return words.find((word) => frequent.includes(word)) ?? "other";
}
