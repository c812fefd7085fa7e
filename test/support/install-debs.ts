import { install } from "../../src/packages/deb/installation.ts";
import type {
  AccountTemplates,
  Changer,
  InstallRequest,
  LeftScript,
} from "../../src/packages/installation.ts";
import { MemoryRoot } from "../../src/packages/scripts/memory/memory-root.ts";
import type { UnpackedEntry } from "../../src/packages/unpacked.ts";

/** A package that a test makes up: fields and scripts by their names, files by their paths. */
export interface ADeb {
  readonly name: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
  /** With what they hold; a path with a slash at its end is a folder. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface InstalledDebs {
  readonly left: readonly LeftScript[];
  readonly root: MemoryRoot;
  /** The text of a file; undefined where there is none. */
  readonly textOf: (path: string) => string | undefined;
  /** What the account files were to be made from, each time that this was asked for. */
  readonly accounts: readonly AccountTemplates[];
  /** Who was said to change the root, in order, each once in a row. */
  readonly changers: readonly string[];
}

class ObservedRoot extends MemoryRoot {
  readonly changers: string[] = [];

  override changeAs(changer: Changer): void {
    const name = changer.type === "step" ? changer.step : `${changer.package}'s script`;
    if (this.changers.at(-1) !== name) this.changers.push(name);
  }
}

/** Installs made-up packages into a root, as it is or with nothing in it. */
export async function installDebs(
  debs: readonly ADeb[],
  options: Partial<Pick<InstallRequest, "scripts" | "isFirst" | "answers">> & {
    readonly prepare?: (root: MemoryRoot) => void;
  } = {},
): Promise<InstalledDebs> {
  const { prepare, isFirst = true, scripts = "interpret", answers = new Map() } = options;
  const root = new ObservedRoot({ now: 1_704_067_200 });
  for (const folder of ["/etc", "/var/lib/dpkg/triggers", "/var/cache/debconf", "/usr/bin"])
    root.add(folder, { kind: "directory", mode: 0o755 });
  prepare?.(root);
  root.changers.length = 0;
  const accounts: AccountTemplates[] = [];
  const left = await install({
    packages: debs.map(({ name, fields = {}, scripts: own = {}, files = {} }) => ({
      name,
      metadata: new Map([["control", controlOf(name, fields)], ...Object.entries(own)]),
      entries: Object.keys(files).map(entryOf),
    })),
    isFirst,
    architecture: "amd64",
    root,
    resolve: (path) => path,
    scripts,
    answers,
    now: 1_704_067_200,
    place: ({ name, entries }, rules) => {
      const { files = {} } = debs.find((deb) => deb.name === name) ?? {};
      for (const { path, type } of entries) {
        const at = `/${rules.divertedTo(path, name) ?? path}`;
        const content = Buffer.from(files[`/${path}`] ?? "");
        if (type === "directory") root.add(at, { kind: type, mode: 0o755 });
        else root.add(at, { kind: "file", mode: 0o644, content });
      }
    },
    addAccounts: (templates) => void accounts.push(templates),
    signal: new AbortController().signal,
  });
  const textOf = (path: string): string | undefined =>
    root.stat(path)?.kind === "file" ? Buffer.from(root.read(path)).toString("utf8") : undefined;
  return { left, root, textOf, accounts, changers: root.changers };
}

function controlOf(name: string, fields: Readonly<Record<string, string>>): string {
  const all = {
    Package: name,
    Version: "1.0-1",
    Architecture: "amd64",
    Maintainer: "Nobody <nobody@example.invalid>",
    Description: "made up for a test",
    ...fields,
  };
  return Object.entries(all)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join("");
}

function entryOf(written: string): UnpackedEntry {
  const isFolder = written.endsWith("/");
  return {
    path: written.slice(1).replace(/\/$/, ""),
    type: isFolder ? "directory" : "file",
    mode: isFolder ? 0o755 : 0o644,
    uid: 0,
    gid: 0,
    mtime: 1_700_000_000,
    size: 0,
    excluded: false,
  };
}
