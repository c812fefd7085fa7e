import type { Capability } from "../../package-index.ts";
import { dependencyOfHeader } from "../relations/dependency.ts";
import type { RpmHeader } from "../header/header.ts";
import { tags } from "../header/tags.ts";
import { type Scriptlet, scriptlet } from "./scriptlets.ts";

/** A script that is run when certain packages come. */
export interface PackageTrigger {
  readonly kind: "triggerprein" | "triggerin";
  readonly scriptlet: Scriptlet;
  readonly conditions: readonly Capability[];
}

/** A script that is run when files come whose paths begin in certain ways. */
export interface FileTrigger {
  readonly kind: "filetriggerin" | "transfiletriggerin";
  readonly scriptlet: Scriptlet;
  /** Beginnings of absolute paths: mostly folders. */
  readonly prefixes: readonly string[];
  /** The higher goes first. */
  readonly priority: number;
}

/** Bits of a trigger's flags. Source: rpm 4.16, lib/rpmds.h. */
const ON_INSTALL = 1 << 16;
const BEFORE_INSTALL = 1 << 25;

/** Of triggers whose package names none. Source: rpm 4.16, lib/rpmtriggers.h. */
const USUAL_PRIORITY = 1_000_000;

/** Of a list of scripts or conditions: no package has so many, and the rest is passed over. */
const MOST = 100_000;

export function packageTriggersOf(header: RpmHeader): readonly PackageTrigger[] {
  if (!header.has(tags.triggerName)) return [];
  const scripts = scriptsOf(header, {
    text: tags.triggerScripts,
    program: tags.triggerScriptProgram,
    flags: tags.triggerScriptFlags,
  });
  const conditions = conditionsOf(header, {
    name: tags.triggerName,
    flags: tags.triggerFlags,
    version: tags.triggerVersion,
    index: tags.triggerIndex,
  });
  return scripts.flatMap((each, index) =>
    (["triggerprein", "triggerin"] as const).flatMap((kind): readonly PackageTrigger[] => {
      const bit = kind === "triggerin" ? ON_INSTALL : BEFORE_INSTALL;
      const own = (conditions.get(index) ?? []).filter(({ flags }) => (flags & bit) !== 0);
      if (own.length === 0) return [];
      return [{ kind, scriptlet: each, conditions: own.map(({ capability }) => capability) }];
    }),
  );
}

const FILE_TRIGGERS = {
  filetriggerin: {
    scripts: {
      text: tags.fileTriggerScripts,
      program: tags.fileTriggerScriptProgram,
      flags: tags.fileTriggerScriptFlags,
    },
    conditions: {
      name: tags.fileTriggerName,
      flags: tags.fileTriggerFlags,
      version: tags.fileTriggerVersion,
      index: tags.fileTriggerIndex,
    },
    priorities: tags.fileTriggerPriorities,
  },
  transfiletriggerin: {
    scripts: {
      text: tags.transactionFileTriggerScripts,
      program: tags.transactionFileTriggerScriptProgram,
      flags: tags.transactionFileTriggerScriptFlags,
    },
    conditions: {
      name: tags.transactionFileTriggerName,
      flags: tags.transactionFileTriggerFlags,
      version: tags.transactionFileTriggerVersion,
      index: tags.transactionFileTriggerIndex,
    },
    priorities: tags.transactionFileTriggerPriorities,
  },
} as const;

export function fileTriggersOf(
  header: RpmHeader,
  kind: FileTrigger["kind"],
): readonly FileTrigger[] {
  const { scripts, conditions, priorities } = FILE_TRIGGERS[kind];
  if (!header.has(conditions.name)) return [];
  const listed = conditionsOf(header, conditions);
  const ranks = header.numbers(priorities);
  return scriptsOf(header, scripts).flatMap((each, index) => {
    const prefixes = (listed.get(index) ?? [])
      .filter(({ flags }) => (flags & ON_INSTALL) !== 0)
      .map(({ capability }) => capability.name);
    if (prefixes.length === 0) return [];
    const priority = ranks[index] ?? USUAL_PRIORITY;
    return [{ kind, scriptlet: each, prefixes, priority }];
  });
}

/**
 * Which files of a package begin with one of the prefixes, as texts: what is below `/usr/lib64`
 * begins with `/usr/lib`. Source: rpm 4.16, lib/rpmfi.c, `cmpPfx`; seen with rpm 4.18.
 */
export function filesWithPrefix(
  prefixes: readonly string[],
  files: readonly string[],
): readonly string[] {
  return files.filter((file) => prefixes.some((prefix) => file.startsWith(prefix)));
}

/**
 * The same for a package that rpm finds by its folders: a prefix counts with which one of those
 * begins. Source: rpm 4.16, lib/rpmtriggers.c, which asks the index of Dirnames; seen with 4.18.
 */
export function filesFoundByFolder(
  prefixes: readonly string[],
  files: readonly string[],
): readonly string[] {
  const folders = new Set(files.map((file) => file.slice(0, file.lastIndexOf("/") + 1)));
  const found = prefixes.filter((prefix) =>
    folders.values().some((folder) => folder.startsWith(prefix)),
  );
  return filesWithPrefix(found, files);
}

interface Tags {
  readonly text: number;
  readonly program: number;
  readonly flags: number;
}

function scriptsOf(header: RpmHeader, { text, program, flags }: Tags): readonly Scriptlet[] {
  const [programs, bits] = [header.texts(program), header.numbers(flags)];
  return header
    .texts(text)
    .slice(0, MOST)
    .map((each, index) =>
      // Each has one program, whose arguments no list of programs can hold.
      scriptlet(programs.slice(index, index + 1), { text: each, flags: bits[index] }),
    );
}

interface Condition {
  readonly capability: Capability;
  readonly flags: number;
  /** Which script it is a condition of. */
  readonly index: number;
}

/** By the number of the script that they are conditions of. */
function conditionsOf(
  header: RpmHeader,
  numbers: Readonly<Record<"name" | "flags" | "version" | "index", number>>,
): ReadonlyMap<number, readonly Condition[]> {
  const [flags, versions, indexes] = [
    header.numbers(numbers.flags),
    header.texts(numbers.version),
    header.numbers(numbers.index),
  ];
  const conditions = header
    .texts(numbers.name)
    .slice(0, MOST)
    .map((name, at) => ({
      capability: dependencyOfHeader(name, flags[at] ?? 0, versions[at] ?? ""),
      flags: flags[at] ?? 0,
      index: indexes[at] ?? -1,
    }));
  return Map.groupBy(conditions, ({ index }) => index);
}
