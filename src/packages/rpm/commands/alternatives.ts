import type { Command, CommandCall } from "../../scripts/command.ts";
import { makeFolders } from "../../scripts/commands/mkdir.ts";
import { folderOf } from "../../scripts/commands/paths.ts";
import { complain } from "../../scripts/commands/report.ts";
import { putLink } from "../../scripts/root-files.ts";
import { readAlternatives, writeAlternatives } from "./alternatives-state.ts";
import type { Alternatives, Choice } from "./alternatives-state.ts";

const LINKS = "/etc/alternatives";

/**
 * `alternatives` of chkconfig, also by the name `update-alternatives`: several files of which one
 * has a name. Only what changes it: `--install`, `--add-slave`, `--remove`, `--remove-all`, `--set`
 * and `--auto`.
 *
 * Source: alternatives(8) of chkconfig 1.20.
 */
export const alternatives: Command = (call) => {
  const words = [...call.args];
  let isForeignKept = false;
  while (words[0] === "--verbose" || words[0] === "--keep-foreign") {
    isForeignKept ||= words[0] === "--keep-foreign";
    words.shift();
  }
  const [action = "", ...rest] = words;
  switch (action) {
    case "--install":
      return install(call, rest, isForeignKept);
    case "--remove":
      return change(call, rest[0], (all) => ({
        ...all,
        choices: all.choices.filter(({ target }) => target !== rest[1]),
      }));
    case "--remove-all":
      return change(call, rest[0], (all) => ({ ...all, choices: [] }));
    case "--set":
      return set(call, rest);
    case "--auto":
      return change(call, rest[0], (all) => ({ ...all, isAuto: true }));
    default:
      return call.unsupported(`alternatives ${action}`);
  }
};

function install(call: CommandCall, words: readonly string[], isForeignKept: boolean): number {
  const [link = "", name = "", target = "", priority = "", ...options] = words;
  if (!link.startsWith("/") || !/^-?\d{1,9}$/.test(priority) || !/^[^/]+$/.test(name))
    return refused(call, "--install needs a link, a name, a path and a priority");
  const slaves: { readonly name: string; readonly link: string; readonly target: string }[] = [];
  let [family, initScript]: (string | undefined)[] = [];
  while (options.length > 0) {
    const option = options.shift();
    if (option === "--slave" || option === "--follower") {
      const [slaveLink = "", slave = "", slaveTarget = ""] = options.splice(0, 3);
      slaves.push({ name: slave, link: slaveLink, target: slaveTarget });
    } else if (option === "--family") family = options.shift();
    else if (option === "--initscript") initScript = options.shift();
    else return call.unsupported(`alternatives --install with ${option}`);
  }
  const before = readAlternatives(call, name) ?? { link, isAuto: true, slaves: [], choices: [] };
  if (before.link !== link)
    return refused(call, `link ${link} incorrect for ${name} (${name} ${before.link})`);
  const known = new Map(before.slaves.map((slave) => [slave.name, slave.link]));
  for (const slave of slaves) known.set(slave.name, slave.link);
  const choice: Choice = {
    target,
    priority: Number(priority),
    slaves: new Map(slaves.map((slave) => [slave.name, slave.target])),
    ...(family === undefined ? {} : { family }),
    ...(initScript === undefined ? {} : { initScript }),
  };
  // What is there already keeps its place.
  const isKnown = before.choices.some((each) => each.target === target);
  const choices = isKnown
    ? before.choices.map((each) => (each.target === target ? choice : each))
    : [...before.choices, choice];
  const all: Alternatives = {
    ...before,
    slaves: Array.from(known, ([slave, slaveLink]) => ({ name: slave, link: slaveLink })),
    choices,
  };
  return settle(call, { name, all, isForeignKept });
}

function set(call: CommandCall, [name = "", target = ""]: readonly string[]): number {
  const all = readAlternatives(call, name);
  const chosen = all?.choices.find((each) => each.target === target || each.family === target);
  if (all === undefined || chosen === undefined)
    return refused(call, `${target} has not been configured as an alternative for ${name}`);
  const changed = { ...all, isAuto: false };
  return settle(call, { name, all: changed, current: chosen });
}

function change(
  call: CommandCall,
  name: string | undefined,
  edit: (all: Alternatives) => Alternatives,
): number {
  const all = name === undefined ? undefined : readAlternatives(call, name);
  if (all === undefined || name === undefined) return 2;
  return settle(call, { name, all: edit(all) });
}

/** Write what is known, and make the links as it says. */
function settle(
  call: CommandCall,
  {
    name,
    all,
    current,
    isForeignKept = false,
  }: {
    readonly name: string;
    readonly all: Alternatives;
    /** Chosen by hand; else the best one, or the one that the link names. */
    readonly current?: Choice;
    readonly isForeignKept?: boolean;
  },
): number {
  const { root } = call;
  const linked = root.lstat(`${LINKS}/${name}`)?.kind === "symlink";
  const target = linked ? root.readlink(`${LINKS}/${name}`) : undefined;
  const byHand = all.isAuto ? undefined : all.choices.find((each) => each.target === target);
  const chosen = current ?? byHand ?? best(all.choices);
  writeAlternatives(
    call,
    name,
    byHand === undefined && current === undefined ? { ...all, isAuto: true } : all,
  );
  let status = 0;
  const wanted = [
    { name, link: all.link, target: chosen?.target },
    ...all.slaves.map((slave) => ({ ...slave, target: chosen?.slaves.get(slave.name) })),
  ];
  for (const each of wanted) {
    if (each.target === undefined || each.target === "") {
      removeLink(call, `${LINKS}/${each.name}`);
      removeLink(call, each.link);
      continue;
    }
    const present = root.lstat(each.link);
    if (present !== undefined && present.kind !== "symlink") {
      const why = `${each.link} exists and it is either not a symlink or --keep-foreign was set`;
      complain(call, `failed to link ${each.link} -> ${LINKS}/${each.name}: ${why}`);
      status = 2;
      continue;
    }
    const isForeign = present !== undefined && !root.readlink(each.link).startsWith(`${LINKS}/`);
    if (isForeign && isForeignKept) continue;
    replaceLink(call, each.link, `${LINKS}/${each.name}`);
    replaceLink(call, `${LINKS}/${each.name}`, each.target);
  }
  return status;
}

/** The first of those with the highest priority. */
function best(choices: readonly Choice[]): Choice | undefined {
  let found: Choice | undefined;
  for (const choice of choices)
    if (found === undefined || choice.priority > found.priority) found = choice;
  return found;
}

function replaceLink(call: CommandCall, path: string, target: string): void {
  const { root } = call;
  const present = root.lstat(path);
  if (present?.kind === "symlink" && root.readlink(path) === target) return;
  if (present !== undefined) root.remove(path);
  makeFolders({ ...call, umask: 0o022 }, folderOf(path));
  putLink(root, path, target);
}

function removeLink({ root }: CommandCall, path: string): void {
  if (root.lstat(path)?.kind === "symlink") root.remove(path);
}

function refused(call: CommandCall, message: string): number {
  complain(call, message);
  return 2;
}
