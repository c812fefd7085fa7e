import type { RpmHeader } from "../header/header.ts";
import { filesOf } from "./files.ts";
import type { ScriptletRun } from "./scriptlets.ts";
import {
  type FileTrigger,
  filesFoundByFolder,
  filesWithPrefix,
  fileTriggersOf,
} from "./triggers.ts";

/** A trigger's script that is to be run; the higher priority goes first. */
export interface FileTriggerRun extends ScriptletRun {
  readonly priority: number;
}

interface Owner {
  readonly name: string;
  readonly header: RpmHeader;
}

interface Watching extends Owner {
  readonly triggers: readonly FileTrigger[];
}

/**
 * The `%filetriggerin` and `%transfiletriggerin` of packages that are there. Each one reads the
 * paths that set it off; its argument is always 0.
 *
 * Source: rpm 4.16, lib/rpmtriggers.c; seen with rpm 4.18.
 */
export class FileTriggers {
  readonly #there: { readonly name: string; readonly files: readonly string[] }[] = [];
  readonly #watching: Watching[] = [];
  readonly #ofTransaction: Watching[] = [];
  /** Packages that came in this transaction. */
  readonly #new = new Set<string>();

  /** A package of a layer below. */
  addBelow(item: Owner): void {
    this.#note(item);
  }

  /**
   * A package is there. Gives what its files set off, its own triggers among them, and then what
   * the files of others set off of its own triggers.
   */
  add(item: Owner): readonly FileTriggerRun[] {
    const others = [...this.#there];
    this.#note(item);
    this.#new.add(item.name);
    const own = this.#there.at(-1)?.files ?? [];
    const byFiles = this.#watching.flatMap((each) =>
      runsOf(each, (prefixes) => filesWithPrefix(prefixes, own)),
    );
    const watching = this.#watching.find(({ name }) => name === item.name);
    const byOthers = watching === undefined ? [] : runsOf(watching, inPackages(others));
    return [...byPriority(byFiles), ...byPriority(byOthers)];
  }

  /** What all files of the transaction set off, and of new packages all files that are there. */
  ofTransaction(): readonly FileTriggerRun[] {
    const all = inPackages(this.#there);
    const fresh = inPackages(this.#there.filter(({ name }) => this.#new.has(name)));
    return byPriority(
      this.#ofTransaction.flatMap((each) => runsOf(each, this.#new.has(each.name) ? all : fresh)),
    );
  }

  #note({ name, header }: Owner): void {
    this.#there.push({ name, files: filesOf(header).map(({ path }) => `/${path}`) });
    const now = fileTriggersOf(header, "filetriggerin");
    if (now.length > 0) this.#watching.push({ name, header, triggers: now });
    const later = fileTriggersOf(header, "transfiletriggerin");
    if (later.length > 0) this.#ofTransaction.push({ name, header, triggers: later });
  }
}

/** Which files set a trigger off that has these prefixes. */
type FindFiles = (prefixes: readonly string[]) => readonly string[];

function inPackages(packages: readonly { readonly files: readonly string[] }[]): FindFiles {
  return (prefixes) => packages.flatMap(({ files }) => filesFoundByFolder(prefixes, files));
}

function runsOf({ name, triggers }: Watching, find: FindFiles): readonly FileTriggerRun[] {
  return triggers.flatMap(({ kind, scriptlet, prefixes, priority }) => {
    const found = find(prefixes);
    if (found.length === 0) return [];
    return [{ package: name, kind, scriptlet, args: ["0"], files: found, priority }];
  });
}

function byPriority(runs: readonly FileTriggerRun[]): readonly FileTriggerRun[] {
  return runs.toSorted((one, other) => other.priority - one.priority);
}
