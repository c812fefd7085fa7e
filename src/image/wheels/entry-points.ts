import { parseArchiveName, shown } from "../../archive/name.ts";

/** A program that a wheel asks for: a function of a module, under a name. */
export interface EntryPoint {
  readonly name: string;
  readonly module: string;
  /** What is called, perhaps an attribute of an attribute. */
  readonly attribute: string;
}

/** Sections whose entries become programs. */
const sections: ReadonlySet<string> = new Set(["console_scripts", "gui_scripts"]);

const identifier = String.raw`[\p{L}_][\p{L}\p{N}_]*`;
const dotted = String.raw`${identifier}(?:\.${identifier})*`;
const reference = new RegExp(String.raw`^(${dotted})\s*:\s*(${dotted})\s*(?:\[[^\]]*\])?$`, "u");

/**
 * The programs that an `entry_points.txt` names. Throws an `Error` that says, as a clause, what is
 * wrong with one. Source: the packaging specifications, "Entry points".
 */
export function parseEntryPoints(text: string): readonly EntryPoint[] {
  const points = new Map<string, EntryPoint>();
  let isProgram = false;
  for (const written of text.split(/\r?\n/)) {
    const line = written.trim();
    if (line === "" || /^[#;]/.test(line)) continue;
    const [, section] = /^\[(.*)\]$/.exec(line) ?? [];
    if (section !== undefined) {
      isProgram = sections.has(section.trim());
      continue;
    }
    if (!isProgram) continue;
    const equals = line.indexOf("=");
    const name = line.slice(0, Math.max(0, equals)).trim();
    const value = line.slice(equals + 1).trim();
    const [, module, attribute] = reference.exec(value) ?? [];
    if (!/^[\w.-](?:[\w .+-]*[\w.+-])?$/u.test(name) || /^\.{1,2}$/.test(name)) {
      throw new Error(`its entry point "${shown(line)}" has no name that a program can have`);
    }
    // It becomes a file as those in the archive do: a whiteout would remove one of a layer below.
    parseArchiveName(name);
    if (module === undefined || attribute === undefined) {
      throw new Error(`its entry point "${shown(line)}" names no function of a module`);
    }
    points.set(name, { name, module, attribute });
  }
  return [...points.values()];
}

/** The program of an entry point, as text. `interpreter` is an absolute path. */
export function entryPointScript({ module, attribute }: EntryPoint, interpreter: string): string {
  const [first = ""] = attribute.split(".");
  // The condition keeps a process that multiprocessing starts anew from running the program again.
  return `#!${interpreter}
import sys

from ${module} import ${first}

if __name__ == "__main__":
    sys.exit(${attribute}())
`;
}
