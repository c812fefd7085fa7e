import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { type Change, changesOf } from "./changes.ts";

/** A source with one token changed. */
export interface Mutant {
  /** Absolute. */
  readonly file: string;
  readonly original: string;
  readonly change: Change;
}

/** So many random mutants of rooms of `src/`, each token as likely as any other. */
export function chooseMutants(
  root: string,
  options: {
    readonly rooms: readonly string[];
    readonly count: number;
    readonly random: () => number;
  },
): readonly Mutant[] {
  const all = options.rooms.flatMap((room) =>
    globSync(`src/${room}/**/*.ts`, { cwd: root })
      .toSorted()
      .flatMap((name) => {
        const file = path.join(root, name);
        const original = readFileSync(file, "utf8");
        return changesOf(file, original).map((change) => ({ file, original, change }));
      }),
  );
  const chosen: Mutant[] = [];
  while (chosen.length < options.count && all.length > 0) {
    chosen.push(...all.splice(Math.floor(options.random() * all.length), 1));
  }
  return chosen;
}

export function textOf({ original, change }: Mutant): string {
  return original.slice(0, change.start) + change.replacement + original.slice(change.end);
}

/** Its place, the line as it is, and the line as it was changed. */
export function describeMutant(mutant: Mutant, root: string): string {
  const { file, original, change } = mutant;
  const before = original.slice(0, change.start).split("\n");
  const [line, changed] = [original, textOf(mutant)].map(
    (text) => text.split("\n")[before.length - 1]?.trim() ?? "",
  );
  const place = `${path.relative(root, file)}:${before.length}`;
  return `${place}\n  - ${line}\n  + ${changed}`;
}
