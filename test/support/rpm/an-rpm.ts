import { hash } from "node:crypto";
import { encodeHeader } from "../../../src/packages/rpm/header/encode-header.ts";
import { type HeaderEntry, RpmHeader } from "../../../src/packages/rpm/header/header.ts";
import { headerTexts } from "../../../src/packages/rpm/installed.ts";
import { tags } from "../../../src/packages/rpm/header/tags.ts";
import type { InstalledPackage, UnpackedEntry } from "../../../src/packages/unpacked.ts";
import { numbers, shorts, text, texts } from "./header-entries.ts";

/** RPMFILE_CONFIG and RPMFILE_NOREPLACE. */
const [CONFIG, NO_REPLACE] = [1 << 0, 1 << 4];
/** The number of SHA-256 in OpenPGP. */
const SHA256 = 8;

/** A path of a made-up package: a folder when it ends with a slash. */
export interface AFile {
  readonly path: string;
  readonly mode?: number;
  readonly user?: string;
  readonly group?: string;
  readonly link?: string;
  /** Of a file; empty when absent. */
  readonly content?: string;
  /** The path of the file that it is another name of. */
  readonly hardLink?: string;
  /** `%config`, or `%config(noreplace)`. */
  readonly config?: "replace" | "noreplace";
}

/** A dependency as a header has it: flags 8 is `=`, 12 is `>=`. */
export interface ADependency {
  readonly name: string;
  readonly flags?: number;
  readonly version?: string;
}

/** A script of a trigger, and what sets it off. */
export interface ATrigger {
  readonly script: string;
  readonly on: readonly ADependency[];
  readonly program?: string;
  readonly priority?: number;
}

export interface AnRpm {
  readonly name: string;
  readonly version?: string;
  readonly files?: readonly AFile[];
  readonly requires?: readonly ADependency[];
  readonly provides?: readonly ADependency[];
  readonly pretrans?: string;
  readonly pre?: string;
  readonly post?: string;
  readonly posttrans?: string;
  /** Of all scripts. */
  readonly program?: readonly string[];
  readonly triggers?: readonly ATrigger[];
  readonly fileTriggers?: readonly ATrigger[];
  readonly transactionFileTriggers?: readonly ATrigger[];
  readonly more?: readonly HeaderEntry[];
}

/** A package as unpacking one gives it; the contents of its files are nowhere. */
export function anRpm(rpm: AnRpm): InstalledPackage {
  const { name, version = "1-1", files = [], more = [] } = rpm;
  const header = RpmHeader.parse(
    encodeHeader(
      [
        text(tags.name, name),
        text(tags.version, version.split("-")[0] ?? ""),
        text(tags.release, version.split("-")[1] ?? ""),
        ...fileEntries(files),
        ...dependencies(rpm.requires, [tags.requireName, tags.requireFlags, tags.requireVersion]),
        ...dependencies(
          [{ name, flags: 8, version }, ...(rpm.provides ?? [])],
          [tags.provideName, tags.provideFlags, tags.provideVersion],
        ),
        ...scriptEntries(rpm),
        ...triggerEntries(rpm.triggers, PACKAGE_TRIGGERS),
        ...triggerEntries(rpm.fileTriggers, FILE_TRIGGERS),
        ...triggerEntries(rpm.transactionFileTriggers, TRANSACTION_FILE_TRIGGERS),
        ...more,
      ],
      tags.immutableRegion,
    ),
  );
  const signature = RpmHeader.parse(encodeHeader([text(tags.sha256Header, "0")]));
  return { name, metadata: headerTexts({ header, signature }), entries: files.map(toEntry) };
}

function toEntry({ path, mode, link, hardLink }: AFile): UnpackedEntry {
  const isFolder = path.endsWith("/");
  const plain = path.replace(/^\//, "").replace(/\/$/, "");
  const base = { path: plain, uid: 0, gid: 0, mtime: 0, size: 0, excluded: false };
  if (link !== undefined) return { ...base, type: "symlink", mode: 0o777, linkTarget: link };
  if (hardLink !== undefined)
    return { ...base, type: "hardlink", mode: mode ?? 0o644, linkTarget: hardLink.slice(1) };
  if (isFolder) return { ...base, type: "directory", mode: mode ?? 0o755 };
  return { ...base, type: "file", mode: mode ?? 0o644 };
}

function fileEntries(files: readonly AFile[]): readonly HeaderEntry[] {
  if (files.length === 0) return [];
  const paths = files.map(({ path }) => path.replace(/\/$/, ""));
  const folders = paths.map((path) => path.slice(0, path.lastIndexOf("/") + 1));
  const distinct = [...new Set(folders)];
  return [
    texts(
      tags.baseNames,
      paths.map((path) => path.slice(path.lastIndexOf("/") + 1)),
    ),
    texts(tags.directoryNames, distinct),
    numbers(
      tags.directoryIndexes,
      folders.map((folder) => distinct.indexOf(folder)),
    ),
    shorts(
      tags.fileModes,
      files.map(({ mode = 0o644 }) => mode),
    ),
    numbers(
      tags.fileFlags,
      files.map(({ config }) => {
        if (config === undefined) return 0;
        return config === "noreplace" ? CONFIG | NO_REPLACE : CONFIG;
      }),
    ),
    texts(
      tags.fileDigests,
      files.map(({ path, link, content = "" }) =>
        path.endsWith("/") || link !== undefined ? "" : hash("sha256", content, "hex"),
      ),
    ),
    numbers(tags.fileDigestAlgorithm, [SHA256]),
    texts(
      tags.fileLinkTargets,
      files.map(({ link = "" }) => link),
    ),
    texts(
      tags.fileUserNames,
      files.map(({ user = "root" }) => user),
    ),
    texts(
      tags.fileGroupNames,
      files.map(({ group = "root" }) => group),
    ),
  ];
}

function dependencies(
  list: readonly ADependency[] = [],
  [name, flags, version]: readonly [number, number, number],
): readonly HeaderEntry[] {
  if (list.length === 0) return [];
  return [
    texts(
      name,
      list.map((each) => each.name),
    ),
    numbers(
      flags,
      list.map((each) => each.flags ?? 0),
    ),
    texts(
      version,
      list.map((each) => each.version ?? ""),
    ),
  ];
}

function scriptEntries({ program, ...rpm }: AnRpm): readonly HeaderEntry[] {
  const kinds = [
    ["pretrans", tags.preTransaction, tags.preTransactionProgram],
    ["pre", tags.preInstall, tags.preInstallProgram],
    ["post", tags.postInstall, tags.postInstallProgram],
    ["posttrans", tags.postTransaction, tags.postTransactionProgram],
  ] as const;
  return kinds.flatMap(([kind, textTag, programTag]) => {
    const script = rpm[kind];
    if (script === undefined) return [];
    return [
      ...(script === "" ? [] : [text(textTag, script)]),
      ...(program === undefined ? [text(programTag, "/bin/sh")] : [texts(programTag, program)]),
    ];
  });
}

interface TriggerTags {
  readonly script: number;
  readonly program: number;
  readonly name: number;
  readonly flags: number;
  readonly version: number;
  readonly index: number;
  readonly priorities?: number;
}

const PACKAGE_TRIGGERS: TriggerTags = {
  script: tags.triggerScripts,
  program: tags.triggerScriptProgram,
  name: tags.triggerName,
  flags: tags.triggerFlags,
  version: tags.triggerVersion,
  index: tags.triggerIndex,
};

const FILE_TRIGGERS: TriggerTags = {
  script: tags.fileTriggerScripts,
  program: tags.fileTriggerScriptProgram,
  name: tags.fileTriggerName,
  flags: tags.fileTriggerFlags,
  version: tags.fileTriggerVersion,
  index: tags.fileTriggerIndex,
  priorities: tags.fileTriggerPriorities,
};

const TRANSACTION_FILE_TRIGGERS: TriggerTags = {
  script: tags.transactionFileTriggerScripts,
  program: tags.transactionFileTriggerScriptProgram,
  name: tags.transactionFileTriggerName,
  flags: tags.transactionFileTriggerFlags,
  version: tags.transactionFileTriggerVersion,
  index: tags.transactionFileTriggerIndex,
  priorities: tags.transactionFileTriggerPriorities,
};

/** RPMSENSE_TRIGGERIN. */
export const TRIGGER_IN = 1 << 16;

function triggerEntries(
  triggers: readonly ATrigger[] = [],
  { script, program, name, flags, version, index, priorities }: TriggerTags,
): readonly HeaderEntry[] {
  if (triggers.length === 0) return [];
  const conditions = triggers.flatMap(({ on }, at) => on.map((each) => ({ ...each, at })));
  return [
    texts(
      script,
      triggers.map((each) => each.script),
    ),
    texts(
      program,
      triggers.map((each) => each.program ?? "/bin/sh"),
    ),
    texts(
      name,
      conditions.map((each) => each.name),
    ),
    numbers(
      flags,
      conditions.map((each) => each.flags ?? TRIGGER_IN),
    ),
    texts(
      version,
      conditions.map((each) => each.version ?? ""),
    ),
    numbers(
      index,
      conditions.map(({ at }) => at),
    ),
    ...(priorities === undefined
      ? []
      : [
          numbers(
            priorities,
            triggers.map(({ priority = 1_000_000 }) => priority),
          ),
        ]),
  ];
}
