import { createHash } from "node:crypto";
import { getCompileCacheDir } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type * as Program from "../program.ts";
import { evaluateKept } from "./kept-code.ts";
import { build } from "./version.ts";

/** Commands that are run often and shall start quickly: the code of each is kept by itself. */
const frequent = ["build", "up", "ps", "plan", "down", "exec", "logs", "probe", "verify"];

/** When a run that still goes on keeps its code. Later V8 drops what it has not called for a while. */
const keepAfterMs = 1000;

/** The program, and what is called when a run of it has ended well. */
export interface LoadedProgram {
  readonly program: Pick<typeof Program, "runProgram" | "describeBug">;
  readonly keepCode: () => void;
}

let loaded: Promise<LoadedProgram> | undefined;

/** Load the program with the code that earlier runs of the same command have kept, where it is bundled and Node keeps code at all. */
export function loadProgram(words: readonly string[]): Promise<LoadedProgram> {
  return (loaded ??= load(words));
}

async function load(words: readonly string[]): Promise<LoadedProgram> {
  const directory = getCompileCacheDir();
  if (build === undefined || directory === undefined)
    return { program: await import("../program.ts"), keepCode: () => undefined };
  const file = fileURLToPath(new URL("./program.cjs", import.meta.url));
  const name = createHash("sha256")
    .update(`${file}\0${nameOf(words)}`)
    .digest("hex")
    .slice(0, 16);
  const kept = path.join(directory, `program-${name}`);
  const { exports, keep } = evaluateKept<LoadedProgram["program"]>(file, kept);
  setTimeout(keep, keepAfterMs).unref();
  return { program: exports, keepCode: keep };
}

function nameOf(words: readonly string[]): string {
  // Help calls hardly any of a command's code.
  if (words.includes("--help") || words.includes("-h")) return "other";
  return words.find((word) => frequent.includes(word)) ?? "other";
}
