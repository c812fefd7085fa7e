import { compareTexts } from "../../../order.ts";
import type { Command, CommandCall } from "../../scripts/command.ts";
import { makeFolders } from "../../scripts/commands/mkdir.ts";
import { folderOf } from "../../scripts/commands/paths.ts";
import { putLink } from "../../scripts/root-files.ts";
import { readAlternatives, writeAlternatives } from "./alternatives-state.ts";
import type { Alternatives, Choice } from "./alternatives-state.ts";

const LINKS = "/etc/alternatives";

/** What the command line asks for. */
interface Request {
  readonly action: string;
  /** The words that belong to the action. */
  readonly words: readonly string[];
  readonly followers: readonly Follower[];
  readonly family: string | undefined;
  readonly initScript: string | undefined;
  /** A link that somebody else made stays. */
  readonly isForeignKept: boolean;
}

interface Follower {
  readonly name: string;
  readonly link: string;
  readonly target: string;
}

/** What is known of a name, and what its link says. */
interface Present {
  readonly all: Alternatives;
  /** Place of the first of those with the highest priority. */
  readonly best: number;
  /** Place of the one that the link names; -1 when it names another file. */
  readonly current: number;
  readonly hasLink: boolean;
}

/** How many words belong to each action and option. */
const WORDS: Readonly<Record<string, number>> = {
  "--install": 4,
  "--remove": 2,
  "--set": 2,
  "--remove-all": 1,
  "--auto": 1,
};

/**
 * `alternatives` of chkconfig, also by the name `update-alternatives`: several files of which one
 * has a name. Only what changes it: `--install`, `--remove`, `--remove-all`, `--set` and `--auto`.
 * Folders of links are made where they are missing; services of `--initscript` are left alone.
 *
 * Source: alternatives(8) and alternatives.c of chkconfig 1.24.
 */
export const alternatives: Command = (call) => {
  const request = readRequest(call);
  if (request === undefined)
    return refused(call, "usage: alternatives --install <link> <name> <path> <priority>");
  const { action, words } = request;
  const [name = "", target = ""] = words;
  if (action === "--install") return install(call, request);
  const present = presentOf(call, name);
  if (present === undefined && action === "--set")
    tell(call, `cannot access /var/lib/alternatives/${name}: No such file or directory`);
  if (present?.hasLink !== true) return 2;
  switch (action) {
    case "--remove":
      return remove(call, request, { present, target });
    case "--remove-all":
      return removeAll(call, request, present.all);
    case "--set":
      return set(call, request, { present, target });
    default: {
      const all = { ...present.all, isAuto: true };
      return settle(call, request, { name, all, chosen: present.best, isForced: true });
    }
  }
};

/** Undefined for what the command answers with how it is used. */
function readRequest(call: CommandCall): Request | undefined {
  const words = call.args.map((word) => word.replaceAll(/\/+/g, "/"));
  let [action, family, initScript]: (string | undefined)[] = [];
  let own: readonly string[] = [];
  let isForeignKept = false;
  const followers: Follower[] = [];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const count = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
    const isOption = /^--(?:slave|follower|family|initscript)$/.test(word);
    if (isOption && (action ?? "--install") !== "--install") return undefined;
    if (count !== undefined) {
      if (action !== undefined || words.length < count) return undefined;
      [action, own] = [word, words.splice(0, count)];
    } else if (word === "--slave" || word === "--follower") {
      const [link = "", name = "", target = ""] = words.splice(0, 3);
      if (!isLinkSet(link, name, target)) return undefined;
      followers.push({ name, link, target });
    } else if (word === "--family" || word === "--initscript") {
      const value = words.shift();
      if (value === undefined) return undefined;
      if (word === "--initscript") initScript = value;
      else if (value.includes("@")) return undefined;
      else family = value;
    } else if (word === "--keep-foreign") isForeignKept = true;
    else if (word !== "--verbose") return call.unsupported(`alternatives ${word}`);
  }
  const isInstall = action === "--install";
  if (action === undefined || (followers.length > 0 && !isInstall)) return undefined;
  const [first = "", name = "", target = "", priority = ""] = own;
  if (isInstall ? !isLinkSet(first, name, target) : first.startsWith("/")) return undefined;
  if (isInstall && !/^[-+]?\d{1,9}$/.test(priority)) return undefined;
  return { action, words: own, followers, family, initScript, isForeignKept };
}

function isLinkSet(link: string, name: string, target: string): boolean {
  return link.startsWith("/") && /^[^/]+$/.test(name) && target.startsWith("/");
}

function presentOf(call: CommandCall, name: string): Present | undefined {
  const all = readAlternatives(call, name);
  if (all === undefined) return undefined;
  const best = bestOf(all.choices);
  const path = `${LINKS}/${name}`;
  if (call.root.lstat(path)?.kind !== "symlink") {
    tell(call, `failed to read link ${all.link}: No such file or directory`);
    return { all, best, current: -1, hasLink: false };
  }
  const linked = call.root.readlink(path);
  const current = all.choices.findIndex(({ target }) => target === linked);
  // Who changes the link by hand has chosen.
  return { all: { ...all, isAuto: all.isAuto && current === best }, best, current, hasLink: true };
}

function install(call: CommandCall, request: Request): number {
  const [link = "", name = "", target = "", priority = ""] = request.words;
  const { followers, family, initScript } = request;
  const choice: Choice = {
    target,
    priority: Number(priority),
    slaves: new Map(followers.map((each) => [each.name, each.target])),
    ...(family === undefined ? {} : { family }),
    ...(initScript === undefined ? {} : { initScript }),
  };
  const present = presentOf(call, name);
  if (present === undefined) {
    const all = { link, isAuto: true, slaves: followers, choices: [choice] };
    return settle(call, request, { name, all, chosen: 0, isForced: false });
  }
  const { all: before, best, current } = present;
  if (before.link !== link)
    return refused(call, `the primary link for ${name} must be ${before.link}`);
  const at = before.choices.findIndex((each) => each.target === target);
  const choices = at === -1 ? [...before.choices, choice] : before.choices.with(at, choice);
  let slaves = [...before.slaves];
  for (const each of followers)
    if (!slaves.some((known) => known.link === each.link)) slaves.push(each);
  if (at !== -1) {
    const used = slaves.filter((each) => choices.some(({ slaves: own }) => own.get(each.name)));
    for (const each of slaves) if (!used.includes(each)) removeLinks(call, request, each);
    slaves = used;
  }
  for (const each of before.slaves) {
    const other = slaves.find((slave) => slave.name === each.name && slave.link !== each.link);
    if (other !== undefined)
      return refused(
        call,
        `link ${each.link} incorrect for follower ${each.name} (${other.link} ${other.name})`,
      );
  }
  const all = { ...before, choices, slaves: slaves.toSorted(byLink) };
  // One that is there already is not weighed anew.
  const isBetter = at === -1 && choice.priority > (before.choices[best]?.priority ?? 0);
  const wanted = isBetter ? choices.length - 1 : best;
  const chosen = before.isAuto ? wanted : Math.max(0, current);
  return settle(call, request, { name, all, chosen, isForced: at !== -1 });
}

function byLink(one: { readonly link: string }, other: { readonly link: string }): number {
  return compareTexts(one.link, other.link);
}

function remove(
  call: CommandCall,
  request: Request,
  { present, target }: { readonly present: Present; readonly target: string },
): number {
  const [name = ""] = request.words;
  const { all, current } = present;
  const at = all.choices.findIndex((each) => each.target === target);
  if (at === -1) return refused(call, notConfigured(name, target));
  if (all.choices.length === 1) return removeAll(call, request, all);
  const choices = [...all.choices];
  const { family } = choices[current] ?? {};
  const kept = current === at ? undefined : choices[current];
  // The last one takes the place of what goes.
  const last = choices.pop();
  if (last !== undefined && at < choices.length) choices[at] = last;
  const best = bestOf(choices, family);
  const isOfFamily = family !== undefined && choices[best]?.family === family;
  const isAuto = kept === undefined ? all.isAuto || !isOfFamily : all.isAuto;
  const chosen = kept === undefined || isAuto ? best : choices.indexOf(kept);
  const isForced = kept === undefined && isOfFamily;
  return settle(call, request, { name, all: { ...all, choices, isAuto }, chosen, isForced });
}

function removeAll(call: CommandCall, request: Request, all: Alternatives): number {
  const [name = ""] = request.words;
  for (const each of [{ name, link: all.link }, ...all.slaves]) removeLinks(call, request, each);
  writeAlternatives(call, name, { ...all, choices: [] });
  return 0;
}

function set(
  call: CommandCall,
  request: Request,
  { present: { all }, target }: { readonly present: Present; readonly target: string },
): number {
  const [name = ""] = request.words;
  const named = all.choices.find((each) => each.target === target);
  const ofFamily = all.choices.filter(({ family }) => family === target);
  const found = named ?? ofFamily[bestOf(ofFamily)];
  if (found === undefined) return refused(call, notConfigured(name, target));
  const chosen = all.choices.indexOf(found);
  return settle(call, request, { name, all: { ...all, isAuto: false }, chosen, isForced: true });
}

/** Write what is known, and make the links of the one that is chosen, where they are to follow. */
function settle(
  call: CommandCall,
  request: Request,
  wanted: {
    readonly name: string;
    readonly all: Alternatives;
    /** The place of one of the choices. */
    readonly chosen: number;
    /** Links are made also where somebody has chosen by hand. */
    readonly isForced: boolean;
  },
): number {
  const { name, all, chosen, isForced } = wanted;
  writeAlternatives(call, name, all);
  const choice = all.choices[chosen];
  if (choice === undefined || !(isForced || all.isAuto)) return 0;
  makeLinks(call, request, { name, link: all.link, target: choice.target });
  for (const each of all.slaves) {
    const target = choice.slaves.get(each.name) ?? "";
    if (target === "") removeLinks(call, request, each);
    else makeLinks(call, request, { ...each, target });
  }
  return 0;
}

function makeLinks(
  call: CommandCall,
  { isForeignKept }: Request,
  { name, link, target }: Follower,
): void {
  const { root } = call;
  const own = `${LINKS}/${name}`;
  const failed = (why: string) => tell(call, `failed to link ${link} -> ${own}: ${why}`);
  const kind = root.lstat(link)?.kind;
  if (kind !== undefined && kind !== "symlink") failed(`${link} exists and it is not a symlink`);
  else if (isForeignKept && kind !== undefined && !isOwn(call, link))
    failed(`--keep-foreign was set and link ${link} points outside  ${LINKS}`);
  else replaceLink(call, link, own);
  replaceLink(call, own, target);
}

function removeLinks(
  call: CommandCall,
  { isForeignKept }: Request,
  { name, link }: { readonly name: string; readonly link: string },
): void {
  const { root } = call;
  const own = `${LINKS}/${name}`;
  if (root.lstat(own)?.kind === "symlink") root.remove(own);
  const isLink = root.lstat(link)?.kind === "symlink";
  if (isLink && !(isForeignKept && !isOwn(call, link))) root.remove(link);
}

/** Whether a link was made by this command. */
function isOwn({ root }: CommandCall, link: string): boolean {
  return root.readlink(link).startsWith(LINKS);
}

/** Of a family first, then by priority; the first of equals. */
function bestOf(choices: readonly Choice[], family?: string): number {
  let best = 0;
  for (const [at, choice] of choices.entries()) {
    const before = choices[best] ?? choice;
    const isOfFamily = family !== undefined && choice.family === family;
    const wasOfFamily = family !== undefined && before.family === family;
    if (isOfFamily === wasOfFamily ? choice.priority > before.priority : isOfFamily) best = at;
  }
  return best;
}

function replaceLink(call: CommandCall, path: string, target: string): void {
  const { root } = call;
  const present = root.lstat(path);
  if (present?.kind === "symlink" && root.readlink(path) === target) return;
  if (present !== undefined) root.remove(path);
  makeFolders({ ...call, umask: 0o022 }, folderOf(path));
  putLink(root, path, target);
}

function notConfigured(name: string, target: string): string {
  return `${target} has not been configured as an alternative for ${name}`;
}

function refused(call: CommandCall, message: string): number {
  tell(call, message);
  return 2;
}

function tell(call: CommandCall, message: string): void {
  call.stderr.write(`${message}\n`);
}
