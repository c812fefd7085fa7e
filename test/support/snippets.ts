import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** A piece of a script, and where it stands. */
export interface Snippet {
  /** The file's name and the number of the snippet in it. */
  readonly name: string;
  readonly text: string;
}

/**
 * The snippets of a folder: they stand in files by subject, each after a line of three dashes.
 * `ending` is that of the files, with its point; by `latin1` texts are strings of bytes.
 */
export function readSnippets(
  folder: string,
  { ending, encoding }: { readonly ending: string; readonly encoding: "latin1" | "utf8" },
): readonly Snippet[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .toSorted()
    .flatMap((file) =>
      readFileSync(path.join(folder, file), encoding)
        .split(/^---\n/m)
        .filter((text) => text.trim() !== "")
        .map((text, index) => ({ name: `${path.basename(file, ending)} ${index + 1}`, text })),
    );
}
