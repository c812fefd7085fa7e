import { createHash } from "node:crypto";

import type { Command, CommandCall } from "../../scripts/command.ts";
import { makeFolders } from "../../scripts/commands/mkdir.ts";
import { readOptions } from "../../scripts/commands/options.ts";
import { folderOf } from "../../scripts/commands/paths.ts";
import { resolved } from "../../scripts/commands/resolve.ts";
import { readLines, writeLines } from "../../commands/lines-file.ts";

const STATE = "/var/lib/ucf";
const HASHES = `${STATE}/hashfile`;
const REGISTRY = `${STATE}/registry`;

/**
 * `ucf`: puts a configuration file in its place, and remembers its sum and content. Where the file
 * is there already and differs from what ucf put there, it is kept, as without anybody to ask.
 */
export const ucf: Command = (call) => {
  const { root } = call;
  // ucf takes a long option with one dash, too.
  const args = call.args.map((arg) => arg.replace(/^-(?=[a-z]{2})/, "--"));
  const { has, value, operands } = readOptions(
    { ...call, args },
    {
      debconf: "--debconf-ok",
      template: "--debconf-template=",
      threeWay: "--three-way",
      purge: "-p --purge",
      sums: "--sum-file=",
      source: "--src-dir=",
      state: "--state-dir=",
      debug: "-d[=] --debug[=]",
      verbose: "-v --verbose",
      noAction: "-n --no-action",
    },
  );
  if (has("state") || has("noAction")) return call.unsupported("ucf --state-dir or -n");
  const [from = "", given = ""] = has("purge") ? ["", operands[0] ?? ""] : operands;
  if (given === "") {
    call.stderr.write("ucf: *** ERROR: Need exactly two arguments.\n");
    return 2;
  }
  const to = call.path(given);
  if (has("purge")) {
    setHash(call, to, undefined);
    return 0;
  }
  const source = call.path(from);
  if (root.stat(source)?.kind !== "file") {
    call.stderr.write(`ucf: Error: The new file ${from} does not exist!\n`);
    return 1;
  }
  const fresh = root.read(source);
  const sum = sumOf(fresh);
  const goal = resolved(root, to, "missing") ?? to;
  const isThere = root.stat(to)?.kind === "file";
  const known = hashOf(call, to);
  if (isThere) {
    const present = sumOf(root.read(to));
    const isOurs = present === known || present === sum;
    // A list of older sums says which versions were never changed by hand.
    const list = value("sums");
    const isOld =
      list !== undefined &&
      readLines(call, call.path(list)).some((line) => line.split(/\s+/)[0] === present);
    if (!isOurs && !isOld) keepBeside();
    else if (present !== sum) replace();
  } else if (known !== undefined) {
    // A file that somebody removed stays away.
    keepBeside();
  } else {
    call.stderr.write(`\nCreating config file ${to} with new version\n`);
    replace();
  }
  setHash(call, to, sum);
  // A small file is kept in any case, to be merged one day.
  if (has("threeWay") || fresh.length < 25_600) keepCopy(call, to, source);
  return 0;

  function keepBeside(): void {
    call.run(["cp", "-pf", source, `${goal}.ucf-dist`]);
  }

  /** With the mode and owner of the file that is there, or of the new one. */
  function replace(): void {
    const model = root.stat(goal) ?? root.stat(source);
    const isNew = root.stat(goal) === undefined;
    root.write(goal, fresh);
    if (isNew && model !== undefined) {
      root.chown(goal, { uid: model.uid, gid: model.gid });
      root.chmod(goal, model.mode);
    }
  }
};

/** `ucfr`: which package a configuration file belongs to. */
export const ucfr: Command = (call) => {
  const { has, operands } = readOptions(call, {
    force: "-f --force",
    purge: "-p --purge",
    verbose: "-v --verbose",
    debug: "-d[=] --debug[=]",
  });
  const [name = "", path = ""] = operands;
  if (operands.length !== 2) return 3;
  if (!path.startsWith("/")) return 0;
  if (call.root.stat(REGISTRY) === undefined) writeLines(call, REGISTRY, []);
  const lines = readLines(call, REGISTRY);
  const owner = lines.map(entryOf).find(([, each]) => each === path)?.[0];
  if (owner !== undefined && owner !== name && !has("force")) {
    if (has("purge")) {
      call.stderr.write(`ucfr: Association belongs to ${owner}, not ${name}\n`);
      return 5;
    }
    call.stderr.write(
      `ucfr: Attempt from package ${name}  to take ${path} away from package ${owner}\n`,
    );
    return 4;
  }
  const others = lines.filter((line) => entryOf(line)[1] !== path);
  if (has("purge")) {
    if (others.length === lines.length) return 0;
    keepOld(call, REGISTRY);
    writeLines(call, REGISTRY, others);
    return 0;
  }
  if (owner === name) return 0;
  const line = `${name} \t ${path}`;
  keepOld(call, REGISTRY);
  writeLines(call, REGISTRY, [...others, line]);
  return 0;
};

function hashOf(call: CommandCall, path: string): string | undefined {
  const line = readLines(call, HASHES).find((each) => each.slice(34) === path);
  return line?.slice(0, 32);
}

function setHash(call: CommandCall, path: string, sum: string | undefined): void {
  const lines = readLines(call, HASHES);
  const others = lines.filter((line) => line.slice(34) !== path);
  if (sum === undefined && others.length === lines.length) return;
  keepOld(call, HASHES);
  writeLines(call, HASHES, sum === undefined ? others : [...others, `${sum}  ${path}`]);
}

/** The generations before, of which ucf keeps eight. */
function keepOld(call: CommandCall, path: string): void {
  const { root } = call;
  for (let number = 6; number >= -1; number--) {
    const from = number === -1 ? path : `${path}.${number}`;
    if (root.stat(from)?.kind === "file") root.write(`${path}.${number + 1}`, root.read(from));
  }
}

function keepCopy(call: CommandCall, path: string, source: string): void {
  const copy = `${STATE}/cache/${path.replaceAll("/", ":")}`;
  makeFolders({ ...call, umask: 0o022 }, folderOf(copy));
  call.run(["cp", "-pf", source, copy]);
}

function sumOf(bytes: Uint8Array): string {
  return createHash("md5").update(bytes).digest("hex");
}

function entryOf(line: string): readonly [string, string] {
  const [owner = "", path = ""] = line.split(/\s+/);
  return [owner, path];
}
