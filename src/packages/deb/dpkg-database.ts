import type { UnpackedEntry } from "../unpacked.ts";
import type { InstalledDeb } from "./installed.ts";

/** A file of dpkg's database; `path` is below `/var/lib/dpkg`. */
export interface DatabaseFile {
  readonly path: string;
  readonly content: string;
  /** 0o644 when absent. */
  readonly mode?: number;
}

/**
 * Fields of a status paragraph are in this order; those that dpkg does not know follow as they
 * stand. Source: dpkg's `fieldinfos`.
 */
const KNOWN_FIELDS = [
  "Package",
  "Essential",
  "Protected",
  "Status",
  "Priority",
  "Section",
  "Installed-Size",
  "Origin",
  "Maintainer",
  "Bugs",
  "Architecture",
  "Multi-Arch",
  "Source",
  "Version",
  "Replaces",
  "Provides",
  "Depends",
  "Pre-Depends",
  "Recommends",
  "Suggests",
  "Breaks",
  "Conflicts",
  "Enhances",
  "Conffiles",
  "Description",
];

/** One paragraph of `/var/lib/dpkg/status` for a package that is installed and configured. */
export function statusParagraph(entry: InstalledDeb): string {
  const fields = new Map(entry.control);
  fields.set("Status", "install ok installed");
  const conffiles = conffilesField(entry);
  if (conffiles !== undefined) fields.set("Conffiles", conffiles);
  const names = [
    ...KNOWN_FIELDS.filter((name) => fields.has(name)),
    ...[...fields.keys()].filter((name) => !KNOWN_FIELDS.includes(name)),
  ];
  const lines = names.map((name) => {
    const value = fields.get(name) ?? "";
    return value.startsWith("\n") ? `${name}:${value}` : `${name}: ${value}`;
  });
  return `${lines.join("\n")}\n`;
}

/** Control files that dpkg keeps as programs. */
const SCRIPTS = ["preinst", "postinst", "prerm", "postrm", "config"];

/** The package's files below `info/`: all that it brought to be installed with but `control`. */
export function infoFiles(entry: InstalledDeb): readonly DatabaseFile[] {
  const stem = `info/${infoName(entry)}`;
  const files: DatabaseFile[] = [
    { path: `${stem}.list`, content: listOf(entry.entries) },
    { path: `${stem}.md5sums`, content: entry.controlFiles.get("md5sums") ?? "" },
  ];
  for (const [kind, content] of entry.controlFiles) {
    if (kind === "control" || kind === "md5sums" || !/^[a-z][a-z0-9-]*$/.test(kind)) continue;
    const mode = SCRIPTS.includes(kind) ? 0o755 : 0o644;
    files.push({ path: `${stem}.${kind}`, content, mode });
  }
  return files;
}

/** What dpkg expects beside the packages. */
export function databaseSkeleton(): readonly DatabaseFile[] {
  return [
    { path: "available", content: "" },
    { path: "diversions", content: "" },
    { path: "statoverride", content: "" },
    { path: "info/format", content: "1\n" },
    { path: "triggers/Lock", content: "", mode: 0o640 },
    { path: "triggers/Unincorp", content: "" },
    { path: "lock", content: "", mode: 0o640 },
    { path: "lock-frontend", content: "", mode: 0o640 },
  ];
}

/**
 * Packages that may be installed for several architectures carry theirs in the names of their
 * files.
 */
export function infoName({ name, control }: Pick<InstalledDeb, "name" | "control">): string {
  return control.get("Multi-Arch") === "same" ? `${name}:${control.get("Architecture")}` : name;
}

function listOf(entries: readonly UnpackedEntry[]): string {
  return entries.map(({ path }) => (path === "" ? "/.\n" : `/${path}\n`)).join("");
}

function conffilesField({ controlFiles, entries }: InstalledDeb): string | undefined {
  const listed = (controlFiles.get("conffiles") ?? "").split("\n").map((line) => line.trim());
  const sums = new Map(entries.map(({ path, md5 }) => [`/${path}`, md5]));
  const lines = listed.flatMap((path) => {
    // One that is gone in this version: dpkg notes it until an older one is upgraded.
    const [, obsolete] = /^remove-on-upgrade\s+(\/.*)$/.exec(path) ?? [];
    if (obsolete !== undefined) return [`\n ${obsolete} newconffile remove-on-upgrade`];
    const md5 = sums.get(path);
    return md5 === undefined ? [] : [`\n ${path} ${md5}`];
  });
  return lines.length === 0 ? undefined : lines.join("");
}
