import { fromBytes } from "../../../scripts/bytes.ts";
import type { ScriptRoot } from "../../../scripts/root.ts";
import { ADDITIONAL, END, FALLBACK, PRIMARY } from "./marks.ts";
import { PAM_TYPES, type PamType, splitModuleLine, withoutJumps } from "./profile.ts";

/** What somebody changed in the lines of modules: options by module, without jumps. */
export interface PamEdits {
  readonly added: Map<string, Set<string>>;
  readonly removed: Map<string, Set<string>>;
}

export interface PresentStacks {
  /** Names of the profiles whose lines are there. */
  readonly names: readonly string[];
  readonly edits: ReadonlyMap<PamType, PamEdits>;
}

/**
 * What is in the files `common-…`, told by what was written there last; undefined where they hold
 * a line that no profile gave, or nothing was written yet.
 */
export function readPresent(
  root: ScriptRoot,
  folder: string,
  state: string,
): PresentStacks | undefined {
  const names: string[] = [];
  const edits = new Map<PamType, PamEdits>();
  for (const type of PAM_TYPES) {
    const paths = [`${state}/${type}`, `${folder}/common-${type}`] as const;
    if (paths.some((path) => root.stat(path)?.kind !== "file")) return undefined;
    const [saved, present] = paths.map((path) => fromBytes(root.read(path)).split("\n"));
    const found = compare(saved ?? [], present ?? [], type.replace("-noninteractive", ""));
    if (found === undefined) return undefined;
    names.push(...found.names);
    edits.set(type, found.edits);
  }
  return { names, edits };
}

function compare(
  saved: readonly string[],
  present: readonly string[],
  word: string,
): { readonly names: readonly string[]; readonly edits: PamEdits } | undefined {
  const pending: { readonly name: string; readonly line: string }[] = [];
  let owner = "";
  for (const line of saved.filter((each) => each !== "")) {
    const name = /^Module: (.*)/.exec(line)?.[1];
    if (name !== undefined) owner = name;
    else
      pending.push({
        name: owner,
        line: withoutEnd(withoutJumps(line)),
      });
  }
  const names: string[] = [];
  const edits: PamEdits = { added: new Map(), removed: new Map() };
  const managed = managedLines(present);
  if (managed === undefined) return undefined;
  for (const written of managed) {
    const line = withoutJumps(written.replace(new RegExp(`^${word}[ \\t]+`), ""));
    let options: readonly string[] | undefined;
    for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
      const { module, options: before } = splitModuleLine(next.line);
      if (!line.startsWith(module)) continue;
      names.push(next.name);
      options = line
        .slice(module.length)
        .split(/[ \t]+/)
        .filter((option) => option !== "");
      const left = before.filter((option) => options?.includes(option) !== true);
      for (const option of options.filter((each) => !before.includes(each)))
        note(edits.added, module, option);
      for (const option of left) note(edits.removed, module, option);
      break;
    }
    if (options === undefined) return undefined;
  }
  return { names, edits };
}

/** Without the last `end` in brackets, which stands for the number of a jump. */
function withoutEnd(line: string): string {
  const close = line.lastIndexOf("]");
  const end = close < 3 ? -1 : line.lastIndexOf("end", close - 3);
  const isWithin = end !== -1 && line.lastIndexOf("[", end) !== -1;
  return isWithin ? line.slice(0, end) + line.slice(end + 3) : line;
}

/** The lines of both blocks; undefined where a mark is missing. */
function managedLines(lines: readonly string[]): readonly string[] | undefined {
  const [primary, fallback, additional, end] = [PRIMARY, FALLBACK, ADDITIONAL, END].map((mark) =>
    lines.findIndex((line) => line.startsWith(mark)),
  );
  if (primary === undefined || fallback === undefined || additional === undefined) return undefined;
  if (primary < 0 || fallback < primary || additional < fallback) return undefined;
  const last = end === undefined || end < additional ? lines.length - 1 : end;
  return [...lines.slice(primary + 1, fallback), ...lines.slice(additional + 1, last)];
}

function note(map: Map<string, Set<string>>, module: string, option: string): void {
  map.set(module, (map.get(module) ?? new Set()).add(option));
}
