import type { Command } from "../../scripts/command.ts";
import { unknownOption } from "../../scripts/commands/options.ts";
import { folderOf } from "../../scripts/commands/paths.ts";
import { fitsGlob } from "../../scripts/commands/glob.ts";
import { inDpkgOrder } from "./file-hash.ts";
import { readLines, writeDatabase } from "../../commands/lines-file.ts";

/** A file, where it went, and whose version stays; `:` for the local administrator. */
interface Diversion {
  readonly from: string;
  readonly to: string;
  readonly owner: string;
}

const DATABASE = "/var/lib/dpkg/diversions";

export const dpkgDivert: Command = (call) => {
  const { root } = call;
  let action = "--add";
  let owner: string | undefined;
  let to: string | undefined;
  let isRenaming = false;
  let isQuiet = false;
  const files: string[] = [];
  const args = call.args.flatMap((arg) => {
    const [name = "", ...value] = /^--(?:package|divert)=/.test(arg) ? arg.split("=") : [arg];
    return value.length === 0 ? [arg] : [name, value.join("=")];
  });
  for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
    if (["--add", "--remove", "--list", "--listpackage", "--truename"].includes(arg)) action = arg;
    else if (arg === "--package") owner = args.shift();
    else if (arg === "--local") owner = ":";
    else if (arg === "--divert") to = args.shift();
    else if (arg === "--rename") isRenaming = true;
    else if (arg === "--no-rename") isRenaming = false;
    else if (arg === "--quiet") isQuiet = true;
    else if (arg.startsWith("-")) return unknownOption(call, arg);
    else files.push(arg);
  }
  const diversions = load();
  const [file = ""] = files;
  const say = (text: string): void => {
    if (!isQuiet) call.stdout.write(`${text}\n`);
  };
  switch (action) {
    case "--list": {
      const globs = files.length === 0 ? ["*"] : files;
      for (const each of diversions) {
        const names = [each.from, each.to, each.owner];
        if (names.some((name) => globs.some((glob) => fitsGlob(name, glob))))
          call.stdout.write(`${describe(each)}\n`);
      }
      return 0;
    }
    case "--listpackage": {
      const found = diversions.find(({ from, to: goal }) => from === file || goal === file);
      if (found !== undefined)
        call.stdout.write(`${found.owner === ":" ? "LOCAL" : found.owner}\n`);
      return 0;
    }
    case "--truename":
      call.stdout.write(`${diversions.find(({ from }) => from === file)?.to ?? file}\n`);
      return 0;
    case "--add":
      return add();
    default:
      return remove();
  }

  function add(): number {
    if (!file.startsWith("/")) return fail(`filename "${file}" is not absolute`);
    const wanted: Diversion = {
      from: file,
      to: to ?? `${file}.distrib`,
      owner: owner ?? call.env.get("DPKG_MAINTSCRIPT_PACKAGE") ?? ":",
    };
    for (const each of diversions) {
      if (each.from === wanted.from && each.to === wanted.to && each.owner === wanted.owner) {
        say(`Leaving '${describe(each)}'`);
        return 0;
      }
      const isClash = [each.from, each.to].some(
        (path) => path === wanted.from || path === wanted.to,
      );
      if (isClash) return fail(`'${describe(wanted)}' clashes with '${describe(each)}'`);
    }
    say(`Adding '${describe(wanted)}'`);
    if (isRenaming && isOwnedBy(wanted.owner, file))
      say(`Ignoring request to rename file '${file}' owned by diverting package '${wanted.owner}'`);
    else if (isRenaming) move(wanted.from, wanted.to);
    save([...diversions, wanted]);
    return 0;
  }

  function remove(): number {
    const found = diversions.find(({ from }) => from === file);
    if (found === undefined) {
      say(`No diversion '${describeWanted(file, owner)}', none removed.`);
      return 0;
    }
    const isOther =
      (to !== undefined && to !== found.to) || (owner !== undefined && owner !== found.owner);
    if (isOther) return fail(`mismatch on package or divert-to when removing '${describe(found)}'`);
    say(`Removing '${describe(found)}'`);
    if (isRenaming) move(found.to, found.from);
    save(diversions.filter((each) => each !== found));
    return 0;
  }

  function move(from: string, goal: string): void {
    if (root.lstat(from) === undefined) return;
    if (root.stat(folderOf(goal)) === undefined) return;
    root.rename(from, goal);
  }

  /** The file of the diverting package itself stays where it is. */
  function isOwnedBy(name: string, path: string): boolean {
    const lists = [`/var/lib/dpkg/info/${name}.list`];
    return name !== ":" && lists.some((list) => readLines(call, list).includes(path));
  }

  function load(): readonly Diversion[] {
    const lines = readLines(call, DATABASE);
    return Array.from({ length: Math.floor(lines.length / 3) }, (_, index) => ({
      from: lines[3 * index] ?? "",
      to: lines[3 * index + 1] ?? "",
      owner: lines[3 * index + 2] ?? "",
    }));
  }

  function save(list: readonly Diversion[]): void {
    const sorted = inDpkgOrder(list, ({ from }) => from);
    writeDatabase(
      call,
      DATABASE,
      sorted.flatMap((each) => [each.from, each.to, each.owner]),
    );
  }

  function fail(text: string): number {
    call.stderr.write(`dpkg-divert: error: ${text}\n`);
    return 2;
  }
};

function describeWanted(file: string, owner: string | undefined): string {
  if (owner === undefined) return `any diversion of ${file}`;
  return owner === ":" ? `local diversion of ${file}` : `diversion of ${file} by ${owner}`;
}

function describe({ from, to, owner }: Diversion): string {
  if (owner === ":") return `local diversion of ${from} to ${to}`;
  return `diversion of ${from} to ${to} by ${owner}`;
}
