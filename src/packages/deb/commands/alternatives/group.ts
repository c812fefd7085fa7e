import { byKey, byPath } from "../../../../order.ts";

/** A program that can stand for a name. */
export interface Choice {
  readonly path: string;
  readonly priority: number;
  /** Files of the slaves, by their names; a slave without one has no entry. */
  readonly slaves: ReadonlyMap<string, string>;
}

/** One name of update-alternatives: its link, its slaves' links and the programs to choose from. */
export interface AlternativeGroup {
  readonly name: string;
  readonly mode: "auto" | "manual";
  readonly link: string;
  /** Links of the slaves, by their names. */
  readonly slaves: ReadonlyMap<string, string>;
  readonly choices: readonly Choice[];
}

/** The choice of automatic mode: the highest priority; of equals the current one, or the first. */
export function bestChoice(
  { choices }: AlternativeGroup,
  current: string | undefined,
): Choice | undefined {
  const highest = Math.max(...choices.map(({ priority }) => priority));
  const best = choices.filter(({ priority }) => priority === highest);
  return best.find(({ path }) => path === current) ?? best[0];
}

/**
 * The group as dpkg keeps it under /var/lib/dpkg/alternatives: mode, link, slaves up to an empty
 * line, then for each choice its path, its priority and the files of the slaves.
 */
export function parseGroup(name: string, text: string): AlternativeGroup | undefined {
  const lines = text.split("\n");
  const next = (): string => lines.shift() ?? "";
  const mode = next();
  const link = next();
  if (mode !== "auto" && mode !== "manual") return undefined;
  const slaves = new Map<string, string>();
  for (let slave = next(); slave !== ""; slave = next()) slaves.set(slave, next());
  const choices: Choice[] = [];
  for (let path = next(); path !== ""; path = next()) {
    const priority = Number(next());
    const files = new Map<string, string>();
    for (const slave of slaves.keys()) {
      const file = next();
      if (file !== "") files.set(slave, file);
    }
    choices.push({ path, priority, slaves: files });
  }
  return { name, mode, link, slaves, choices };
}

/** Its inverse: sorted by names, without slaves that no choice has. */
export function formatGroup({ mode, link, slaves, choices }: AlternativeGroup): string {
  const used = [...slaves]
    .filter(([name]) => choices.some((choice) => choice.slaves.has(name)))
    .toSorted(byKey);
  const lines = [mode, link, ...used.flat(), ""];
  for (const choice of choices.toSorted(byPath)) {
    lines.push(choice.path, String(choice.priority));
    for (const [name] of used) lines.push(choice.slaves.get(name) ?? "");
  }
  return `${lines.join("\n")}\n\n`;
}
