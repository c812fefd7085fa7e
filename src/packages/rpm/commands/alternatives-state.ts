import { readLines, writeLines } from "../../commands/lines-file.ts";
import type { CommandCall } from "../../scripts/command.ts";

/** One of the files that may have the name. */
export interface Choice {
  readonly target: string;
  readonly priority: number;
  readonly family?: string;
  readonly initScript?: string;
  /** Targets of further links, by their names. */
  readonly slaves: ReadonlyMap<string, string>;
}

/** What is known of one name. */
export interface Alternatives {
  /** Absolute path of the link that everybody uses. */
  readonly link: string;
  /** The best one is taken; else one that somebody has chosen. */
  readonly isAuto: boolean;
  readonly slaves: readonly { readonly name: string; readonly link: string }[];
  readonly choices: readonly Choice[];
}

const FOLDER = "/var/lib/alternatives";

/**
 * What /var/lib/alternatives says of a name: a mode, the link, names and links of slaves, an empty
 * line, and for each choice its path, its priority and the paths of slaves. Undefined when nothing
 * is known of it.
 */
export function readAlternatives(call: CommandCall, name: string): Alternatives | undefined {
  const lines = [...readLines(call, `${FOLDER}/${name}`)];
  if (lines.length < 2) return undefined;
  const [mode, link = ""] = lines.splice(0, 2);
  const slaves: { name: string; link: string }[] = [];
  for (let slave = lines.shift(); slave !== undefined && slave !== ""; slave = lines.shift())
    slaves.push({ name: slave, link: lines.shift() ?? "" });
  const choices: Choice[] = [];
  for (let target = lines.shift(); target !== undefined && target !== ""; target = lines.shift()) {
    const [, family, priority = "0", initScript] =
      /^(?:@(.*)@)?(-?\d+)(?: (.*))?$/.exec(lines.shift() ?? "") ?? [];
    choices.push({
      target,
      priority: Number(priority),
      slaves: new Map(slaves.map((slave) => [slave.name, lines.shift() ?? ""])),
      ...(family === undefined ? {} : { family }),
      ...(initScript === undefined ? {} : { initScript }),
    });
  }
  return { link, isAuto: mode === "auto", slaves, choices };
}

/** Write it, or take it away when nothing is left to choose. */
export function writeAlternatives(call: CommandCall, name: string, all: Alternatives): void {
  const path = `${FOLDER}/${name}`;
  if (all.choices.length === 0) {
    if (call.root.lstat(path) !== undefined) call.root.remove(path);
    return;
  }
  const lines = [
    all.isAuto ? "auto" : "manual",
    all.link,
    ...all.slaves.flatMap((slave) => [slave.name, slave.link]),
    "",
    ...all.choices.flatMap(({ target, priority, family, initScript, slaves }) => [
      target,
      `${family === undefined ? "" : `@${family}@`}${priority}${initScript === undefined ? "" : ` ${initScript}`}`,
      ...all.slaves.map((slave) => slaves.get(slave.name) ?? ""),
    ]),
  ];
  writeLines(call, path, lines);
}
