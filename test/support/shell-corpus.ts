import path from "node:path";
import { readSnippets, type Snippet } from "./snippets.ts";

export const corpusFolder = path.resolve(import.meta.dirname, "../fixtures/shell");

/** What dash made of it. Output is a string of bytes. */
export interface Recorded {
  readonly status: number;
  readonly out: string;
}

/** All pieces of shell that are compared. */
export function readCorpus(): readonly Snippet[] {
  return readSnippets(corpusFolder, { ending: ".sh", encoding: "latin1" });
}

/** Characters that mean something to a shell. */
const TELLING = "\"'`$(){};&|<>\n \\#!=ab12*?[]~-/%:";

/** A script with a few characters put in, taken out or exchanged. */
export function mutateScript(text: string, random: () => number): string {
  let mutant = text;
  for (let left = 1 + Math.floor(random() * 3); left > 0; left--) {
    const at = Math.floor(random() * (mutant.length + 1));
    const kind = Math.floor(random() * 3);
    const char = TELLING[Math.floor(random() * TELLING.length)] ?? "";
    const added = kind === 1 ? "" : char;
    mutant = mutant.slice(0, at) + added + mutant.slice(kind === 0 ? at : at + 1);
  }
  return mutant;
}
