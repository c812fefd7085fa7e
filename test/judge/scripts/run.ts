import fs from "node:fs";
import { debconfSources } from "../../../src/packages/deb/commands/debconf/commands.ts";
import { debianCommands } from "../../../src/packages/deb/commands/table.ts";
import { translationOf } from "../../../src/packages/deb/script/translations.ts";
import { fromBytes, fromText, toBytes } from "../../../src/packages/scripts/bytes.ts";
import { MemoryRoot } from "../../../src/packages/scripts/memory/memory-root.ts";
import { runScript } from "../../../src/packages/scripts/run-script.ts";
import type { JudgedPackage } from "./unpack.ts";

/** How a script of a package ended. */
export interface ScriptVerdict {
  readonly name: string;
  /** Why it did not run whole; undefined when it did. */
  readonly reason?: string;
  /** Where, and what it said last. */
  readonly details?: string;
}

const now = 1_700_000_000;
const MERGED = /^(bin|sbin|lib|lib32|lib64|libx32)(?=\/|$)/;

/**
 * Interprets the scripts of packages as one installation would: each preinst before its package is
 * unpacked, then each postinst in order of need, then what is triggered.
 */
export function runScripts(packages: readonly JudgedPackage[]): readonly ScriptVerdict[] {
  const root = new MemoryRoot({ now });
  prepare(root, packages);
  const verdicts: ScriptVerdict[] = [];
  // Programs of the shell are there before anything else, as debootstrap has it.
  const early = packages.filter(({ entry }) => entry.rank === 0);
  for (const each of early) unpackInto(root, each);
  for (const each of packages) {
    verdicts.push(...interpret(root, each, "preinst", ["install"]));
    if (!early.includes(each)) unpackInto(root, each);
  }
  for (const each of packages) {
    // It only asks, and is not counted: where it cannot, the templates' defaults stand.
    interpret(root, each, "config", ["configure", ""]);
    verdicts.push(...interpret(root, each, "postinst", ["configure", ""]));
  }
  for (const each of packages) {
    const names = triggeredNames(root, packages, each);
    if (names.length > 0) {
      verdicts.push(...interpret(root, each, "postinst", ["triggered", names.join(" ")]));
    }
  }
  return verdicts;
}

function interpret(
  root: MemoryRoot,
  { entry, control }: JudgedPackage,
  kind: "preinst" | "config" | "postinst",
  args: readonly string[],
): readonly ScriptVerdict[] {
  const text = control.get(kind);
  if (text === undefined) return [];
  const name = `${entry.name}.${kind} ${args[0] ?? ""}`;
  const env = new Map(
    Object.entries({
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      DPKG_MAINTSCRIPT_PACKAGE: entry.name,
      DPKG_MAINTSCRIPT_NAME: kind,
      DPKG_MAINTSCRIPT_ARCH: entry.architecture,
      DPKG_MAINTSCRIPT_PACKAGE_REFCOUNT: "1",
      DPKG_RUNNING_VERSION: "1.21.22",
      DEBIAN_FRONTEND: "noninteractive",
      DPKG_ROOT: "",
    }),
  );
  const path = `/var/lib/dpkg/info/${entry.name}.${kind}`;
  const outcome = runScript({
    text: fromText(translationOf(Buffer.from(text, "latin1").toString("utf8")) ?? text),
    name: path,
    args,
    env,
    root,
    commands: debianCommands({ architecture: "amd64", machine: "x86_64", answers: new Map() }),
    sources: debconfSources,
    now,
  });
  if (outcome.type === "needs-more") {
    const details = `${outcome.script}:${outcome.line}`;
    return [{ name, reason: outcome.wanted, details }];
  }
  if (outcome.type === "limit-reached") {
    return [{ name, reason: `the limit of ${outcome.limit}` }];
  }
  if (outcome.status === 0) return [{ name }];
  const said = fromBytes(outcome.stderr).trim().split("\n").slice(-2).join(" / ");
  return [{ name, reason: `status ${outcome.status}`, details: said }];
}

/** What dpkg has before the first package, and what it writes of each. */
function prepare(root: MemoryRoot, packages: readonly JudgedPackage[]): void {
  for (const name of ["bin", "sbin", "lib", "lib32", "lib64", "libx32"]) {
    root.add(`/usr/${name}`, { kind: "directory", mode: 0o755 });
    root.add(`/${name}`, { kind: "symlink", mode: 0o777, target: `usr/${name}` });
  }
  const database = "/var/lib/dpkg";
  const write = (path: string, text: string): void => {
    root.add(path, { kind: "file", mode: 0o644, content: toBytes(text) });
  };
  for (const name of ["available", "diversions", "statoverride", "triggers/Unincorp"]) {
    write(`${database}/${name}`, "");
  }
  const paragraphs = packages.map(({ control }) => {
    const [first = "", ...rest] = (control.get("control") ?? "").trimEnd().split("\n");
    return [first, "Status: install ok installed", ...rest, ""].join("\n");
  });
  write(`${database}/status`, paragraphs.map((text) => `${text}\n`).join(""));
  for (const { entry, control, contents } of packages) {
    const isSame = /^Multi-Arch: same$/m.test(control.get("control") ?? "");
    const stem = `${database}/info/${entry.name}${isSame ? `:${entry.architecture}` : ""}`;
    const list = contents.map(({ path }) => (path === "" ? "/.\n" : `/${fromText(path)}\n`));
    write(`${stem}.list`, list.join(""));
    for (const [name, text] of control) if (name !== "control") write(`${stem}.${name}`, text);
  }
}

function unpackInto(root: MemoryRoot, { contents, tar }: JudgedPackage): void {
  for (const { path, type, mode, uid, gid, mtime, size, linkTarget = "", at } of contents) {
    if (path === "") continue;
    const place = placeOf(path);
    if (type === "hardlink") {
      root.addLink(place, placeOf(linkTarget));
      continue;
    }
    if (type === "directory" && root.lstat(place)?.kind === "symlink") continue;
    const content = (): Uint8Array => {
      const bytes = new Uint8Array(size);
      const file = fs.openSync(tar, "r");
      fs.readSync(file, bytes, 0, size, at);
      fs.closeSync(file);
      return bytes;
    };
    root.add(place, {
      kind: type,
      mode,
      uid,
      gid,
      mtime,
      ...(type === "symlink" && { target: fromText(linkTarget) }),
      ...(type === "file" && { content, size }),
    });
  }
}

/** With the merged folders, which packages of Debian 12 still name by their old names. */
function placeOf(path: string): string {
  return `/${fromText(path).replace(MERGED, "usr/$1")}`;
}

/** Names that a package waits for and that another one or a script set off. */
function triggeredNames(
  root: MemoryRoot,
  packages: readonly JudgedPackage[],
  { entry, control }: JudgedPackage,
): readonly string[] {
  const named = fromBytes(root.read("/var/lib/dpkg/triggers/Unincorp"));
  return linesWith("interest", control).filter(
    (name) =>
      named.split("\n").some((line) => line.split(" ")[0] === name) ||
      packages.some(
        (other) =>
          other.entry.name !== entry.name &&
          (linesWith("activate", other.control).includes(name) ||
            (name.startsWith("/") &&
              other.contents.some(({ path }) => `/${path}`.startsWith(`${name}/`)))),
      ),
  );
}

function linesWith(verb: string, control: ReadonlyMap<string, string>): readonly string[] {
  const pattern = new RegExp(`^\\s*${verb}(?:-noawait|-await)?\\s+(\\S+)`, "gm");
  return [...(control.get("triggers") ?? "").matchAll(pattern)].map(([, name = ""]) => name);
}
