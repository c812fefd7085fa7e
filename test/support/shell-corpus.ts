import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

export const corpusFolder = path.resolve(import.meta.dirname, "../fixtures/shell");

/** A piece of shell, and where it stands. */
export interface Snippet {
  /** The file's name and the number of the snippet in it. */
  readonly name: string;
  readonly text: string;
}

/** What dash made of it. Output is a string of bytes. */
export interface Recorded {
  readonly status: number;
  readonly out: string;
}

/** Snippets stand in files by subject, each after a line of three dashes. */
export function readCorpus(): readonly Snippet[] {
  return readdirSync(corpusFolder)
    .filter((file) => file.endsWith(".sh"))
    .toSorted()
    .flatMap((file) =>
      readFileSync(path.join(corpusFolder, file), "latin1")
        .split(/^---\n/m)
        .filter((text) => text.trim() !== "")
        .map((text, index) => ({ name: `${path.basename(file, ".sh")} ${index + 1}`, text })),
    );
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
