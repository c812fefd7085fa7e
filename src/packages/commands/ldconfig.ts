import type { Command, CommandCall } from "../scripts/command.ts";
import type { ScriptRoot } from "../scripts/root.ts";
import { fitsGlob } from "../scripts/commands/glob.ts";
import { readOptions } from "../scripts/commands/options.ts";
import { below, folderOf, isFolder, lastName, tree } from "../scripts/commands/paths.ts";
import { type CachedLibrary, compareLibraryNames, formatCache } from "./ldconfig/cache.ts";
import { readElf } from "./ldconfig/read-elf.ts";
import { readLinesToMatch } from "./lines-file.ts";

/** What a family and a machine say of the cache of ld.so. */
export interface LibraryRules {
  /** The number of the machine in ELF. */
  readonly elf: number;
  /** The flags of ld.so for its libraries. */
  readonly flags: number;
  /** Where ld.so looks by itself, after the folders that it is set up with. */
  readonly folders: readonly string[];
  /** Who made the cache, as the family's ldconfig writes it. */
  readonly generator: (root: ScriptRoot) => string;
}

/**
 * Numbers of machines in ELF, and the flags of ld.so, by names of `uname -m`. Source: glibc 2.36.
 */
export const libraryMachines = {
  x86_64: { elf: 62, flags: 0x03_03 },
  aarch64: { elf: 183, flags: 0x0a_03 },
} as const;

interface FoundLibrary {
  readonly name: string;
  readonly soname: string;
  readonly isLink: boolean;
}

/** `ldconfig`: links by the names that libraries give themselves, and the cache of ld.so. */
export function ldconfig(rules: LibraryRules | undefined): Command {
  return (call) => {
    const { has, value, operands } = readOptions(call, {
      noCache: "-N",
      noLinks: "-X",
      verbose: "-v --verbose",
      ignoreAux: "-i --ignore-aux-cache",
      root: "-r=",
    });
    const isElsewhere = call.path(value("root") ?? "/") !== "/";
    if (rules === undefined || isElsewhere || has("verbose") || operands.length > 0) {
      return call.unsupported("ldconfig with these options");
    }
    const libraries: CachedLibrary[] = [];
    const seen = new Set<number>();
    const folders = [...configured(call, "/etc/ld.so.conf", 0), ...rules.folders];
    for (const folder of folders) {
      const status = call.root.stat(folder);
      if (status?.kind !== "directory" || seen.has(status.inode)) continue;
      seen.add(status.inode);
      if (hasLibraries(call, below(folder, "glibc-hwcaps"))) {
        return call.unsupported("ldconfig for libraries of certain processors");
      }
      for (const { name, soname, isLink } of librariesIn(call, folder, rules.elf)) {
        if (!isLink && !has("noLinks")) link(call, folder, { name, soname });
        libraries.push({ soname, path: below(folder, soname), flags: rules.flags });
      }
    }
    if (!has("noCache")) {
      const generator = rules.generator(call.root);
      call.root.write("/etc/ld.so.cache", formatCache(libraries, generator), 0o644);
    }
    return 0;
  };
}

/** Whether a folder, or one below it, holds anything but folders. */
function hasLibraries(call: CommandCall, folder: string): boolean {
  const { root } = call;
  if (!isFolder(root, folder)) return false;
  for (const path of tree(root, folder)) {
    call.countSteps(1);
    if (root.lstat(path)?.kind !== "directory") return true;
  }
  return false;
}

/** Folders of ld.so.conf and of the files that it includes. */
function configured(call: CommandCall, path: string, depth: number): readonly string[] {
  if (depth > 10) return [];
  return readLinesToMatch(call, path).flatMap((line) => {
    const text = line.replace(/#.*/, "").trim();
    const included = /^include\s+(.+)$/.exec(text)?.[1];
    if (included !== undefined) {
      return included.split(/\s+/).flatMap((pattern) => {
        const whole = pattern.startsWith("/") ? pattern : below(folderOf(path), pattern);
        const folder = folderOf(whole);
        const names = call.root.stat(folder) === undefined ? [] : call.root.list(folder);
        return names
          .filter((name) => fitsGlob(name, lastName(whole)) && !name.startsWith("."))
          .flatMap((name) => configured(call, below(folder, name), depth + 1));
      });
    }
    const folder =
      text
        .split("=")[0]
        ?.trim()
        .replace(/(?<=.)\/+$/, "") ?? "";
    return folder.startsWith("/") ? [folder] : [];
  });
}

function librariesIn(call: CommandCall, folder: string, machine: number): readonly FoundLibrary[] {
  const { root } = call;
  const found = new Map<string, FoundLibrary>();
  for (const name of root.list(folder)) {
    call.countSteps(1);
    const isLibrary = /^(?:lib|ld-)/.test(name) && name.includes(".so");
    if (!isLibrary) continue;
    const path = below(folder, name);
    if (root.stat(path)?.kind !== "file") continue;
    const elf = readElf(root.read(path));
    if (elf?.machine !== machine) continue;
    const own = elf.soname ?? name;
    // A link counts as one where it has the library's own name, or that without its version.
    const isAlias = name === own || (name.endsWith(".so") && own.startsWith(name));
    const isLink = root.lstat(path)?.kind === "symlink" && isAlias;
    const soname = isLink ? name : own;
    const other = found.get(soname);
    const isBetter =
      other === undefined ||
      (!isLink && other.isLink) ||
      (isLink === other.isLink && compareLibraryNames(other.name, name) < 0);
    if (isBetter) found.set(soname, { name, soname, isLink });
  }
  return [...found.values()];
}

function link(
  { root }: CommandCall,
  folder: string,
  { name, soname }: { readonly name: string; readonly soname: string },
): void {
  const path = below(folder, soname);
  if (root.stat(path)?.inode === root.stat(below(folder, name))?.inode) return;
  const present = root.lstat(path);
  if (present !== undefined && present.kind !== "symlink") return;
  if (present !== undefined) root.remove(path);
  root.symlink(name, path);
}
