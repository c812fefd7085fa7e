import { fromBytes, toBytes } from "../../scripts/bytes.ts";
import type { Command } from "../../scripts/command.ts";
import { unknownOption } from "../../scripts/commands/options.ts";
import {
  type AlternativeGroup,
  bestChoice,
  formatGroup,
  parseGroup,
} from "./alternatives/group.ts";
import {
  type AlternativeTool,
  currentChoice,
  install,
  removeLink,
  uninstall,
} from "./alternatives/links.ts";
import { displayText, queryText } from "./alternatives/show.ts";

interface SlaveRequest {
  readonly link: string;
  readonly name: string;
  readonly path: string;
}

/** How many words each action takes. */
const ACTIONS: Readonly<Record<string, number>> = {
  "--install": 4,
  "--remove": 2,
  "--remove-all": 1,
  "--set": 2,
  "--auto": 1,
  "--display": 1,
  "--query": 1,
  "--list": 1,
  "--config": 1,
  "--all": 0,
  "--get-selections": 0,
};

/**
 * `update-alternatives` of dpkg, by its own rules. The log, /var/log/alternatives.log, is not
 * written: it would say when something was done.
 */
export const updateAlternatives: Command = (call) => {
  const folders = { links: "/etc/alternatives", database: "/var/lib/dpkg/alternatives" };
  let action: { readonly name: string; readonly words: readonly string[] } | undefined;
  let isForced = false;
  let isQuiet = false;
  const slaves: SlaveRequest[] = [];
  const args = [...call.args];
  for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
    const takes = Object.hasOwn(ACTIONS, arg) ? ACTIONS[arg] : undefined;
    if (takes !== undefined) {
      action = { name: arg, words: args.splice(0, takes) };
      if (action.words.length < takes) return fail(`${arg} needs more arguments`);
    } else if (arg === "--slave") {
      const [link, name, path] = args.splice(0, 3);
      if (link === undefined || name === undefined || path === undefined) {
        return fail("--slave needs <link> <name> <path>");
      }
      slaves.push({ link, name, path });
    } else if (arg === "--altdir") folders.links = args.shift() ?? "";
    else if (arg === "--admindir") folders.database = args.shift() ?? "";
    else if (arg === "--log") args.shift();
    else if (arg === "--force") isForced = true;
    else if (arg === "--quiet") isQuiet = true;
    else if (!["--verbose", "--debug", "--skip-auto"].includes(arg))
      return unknownOption(call, arg);
  }
  const warn = (text: string): void => {
    if (!isQuiet) call.stderr.write(`update-alternatives: warning: ${text}\n`);
  };
  const tell = (text: string): void => {
    if (!isQuiet) call.stdout.write(`update-alternatives: ${text}\n`);
  };
  const tellChoice = ({ name, link, mode }: AlternativeGroup, path: string): void => {
    tell(`using ${path} to provide ${link} (${name}) in ${mode} mode`);
  };
  const tool: AlternativeTool = { call, folders, warn, isForced };
  const [first = "", second = "", third = "", fourth = ""] = action?.words ?? [];
  switch (action?.name) {
    case "--install":
      return performInstall({ link: first, name: second, path: third, priority: fourth });
    case "--remove":
      return performRemove(first, (path) => path === second);
    case "--remove-all":
      return load(first) === undefined
        ? fail(`no alternatives for ${first}`)
        : performRemove(first, () => true);
    case "--set":
      return performSet(first, second);
    case "--auto":
      return performAuto(first);
    case "--display":
    case "--query":
    case "--list":
      return performShow(action.name, first);
    case "--get-selections": {
      for (const name of names()) {
        const group = load(name);
        const current = currentChoice(tool, name) ?? "";
        if (group === undefined) continue;
        call.stdout.write(`${name.padEnd(30)} ${group.mode.padEnd(8)} ${current}\n`);
      }
      return 0;
    }
    case "--config":
    case "--all":
      // There is nobody to ask.
      return 0;
    default:
      return fail("need an action");
  }

  function performInstall(request: {
    readonly link: string;
    readonly name: string;
    readonly path: string;
    readonly priority: string;
  }): number {
    const { link, name, path, priority } = request;
    if (!/^[-+]?\d+$/.test(priority)) return fail("priority must be an integer");
    for (const each of [request, ...slaves]) {
      const isAbsolute = each.link.startsWith("/") && each.path.startsWith("/");
      if (!isAbsolute) return fail("alternative link is not absolute as it should be");
      if (/[/\s]/.test(each.name))
        return fail(`alternative name (${each.name}) must not contain '/' and spaces`);
    }
    if (call.root.stat(path) === undefined) return fail(`alternative path ${path} doesn't exist`);
    const known = load(name);
    const other = names().find((each) => {
      const group = each === name ? undefined : load(each);
      return (
        group !== undefined && (group.link === link || [...group.slaves.values()].includes(link))
      );
    });
    if (other !== undefined) return fail(`alternative link ${link} is already managed by ${other}`);
    const links = new Map(known?.slaves);
    for (const slave of slaves) {
      const before = links.get(slave.name);
      if (before !== undefined && before !== slave.link) {
        tell(`renaming ${slave.name} slave link from ${before} to ${slave.link}`);
        removeLink(tool, before);
      }
      links.set(slave.name, slave.link);
    }
    if (known !== undefined && known.link !== link) {
      tell(`renaming ${name} link from ${known.link} to ${link}`);
      removeLink(tool, known.link);
    }
    const files = new Map(slaves.map((slave) => [slave.name, slave.path]));
    const choice = { path, priority: Number(priority), slaves: files };
    const before = known?.choices ?? [];
    const isNew = !before.some((each) => each.path === path);
    const group: AlternativeGroup = {
      name,
      mode: known === undefined ? "auto" : modeOf(known),
      link,
      slaves: links,
      choices: isNew
        ? [...before, choice]
        : before.map((each) => (each.path === path ? choice : each)),
    };
    return settle(group);
  }

  function performRemove(name: string, isRemoved: (path: string) => boolean): number {
    const known = load(name);
    if (known === undefined) return isQuiet ? 0 : nothingFor(name);
    const choices = known.choices.filter(({ path }) => !isRemoved(path));
    if (choices.length === known.choices.length) return 0;
    if (choices.length === 0) {
      uninstall(tool, known);
      call.root.remove(`${folders.database}/${name}`);
      return 0;
    }
    const current = currentChoice(tool, name);
    const isCurrent = current !== undefined && isRemoved(current);
    if (isCurrent && known.mode === "manual") {
      tell(`removing manually selected alternative - switching ${name} to auto mode`);
    }
    return settle({ ...known, choices, mode: isCurrent ? "auto" : modeOf(known) });
  }

  function performSet(name: string, path: string): number {
    const known = load(name);
    if (known === undefined) return fail(`no alternatives for ${name}`);
    const choice = known.choices.find((each) => each.path === path);
    if (choice === undefined)
      return fail(`alternative ${path} for ${name} not registered; not setting`);
    const group: AlternativeGroup = { ...known, mode: "manual" };
    if (currentChoice(tool, name) !== path) tellChoice(group, path);
    install(tool, group, choice);
    save(group);
    return 0;
  }

  function performAuto(name: string): number {
    const known = load(name);
    return known === undefined
      ? fail(`no alternatives for ${name}`)
      : settle({ ...known, mode: "auto" });
  }

  function performShow(how: "--display" | "--query" | "--list", name: string): number {
    const known = load(name);
    if (known === undefined) return fail(`no alternatives for ${name}`);
    const current = currentChoice(tool, name);
    const sorted = { ...known, choices: known.choices };
    if (how === "--query") call.stdout.write(queryText(sorted, current));
    else if (how === "--display") call.stdout.write(displayText(sorted, current));
    else for (const { path } of known.choices) call.stdout.write(`${path}\n`);
    return 0;
  }

  /** The links as the mode has them, and the database. */
  function settle(group: AlternativeGroup): number {
    const current = currentChoice(tool, group.name);
    const choice =
      group.mode === "auto"
        ? bestChoice(group, current)
        : group.choices.find(({ path }) => path === current);
    if (choice !== undefined) {
      if (choice.path !== current) tellChoice(group, choice.path);
      install(tool, group, choice);
    }
    save(group);
    return 0;
  }

  /** A link that was changed by hand is left alone from then on; one that is gone is made anew. */
  function modeOf(group: AlternativeGroup): AlternativeGroup["mode"] {
    const current = currentChoice(tool, group.name);
    if (current === undefined) return "auto";
    if (group.choices.some(({ path }) => path === current)) return group.mode;
    if (call.root.stat(current) === undefined) {
      warn(`${folders.links}/${group.name} is dangling; it will be updated with best choice`);
      return "auto";
    }
    if (group.mode === "auto") {
      warn(
        `${folders.links}/${group.name} has been changed (manually or by a script); switching to manual updates only`,
      );
    }
    return "manual";
  }

  function names(): readonly string[] {
    return call.root.stat(folders.database) === undefined ? [] : call.root.list(folders.database);
  }

  function load(name: string): AlternativeGroup | undefined {
    const path = `${folders.database}/${name}`;
    if (call.root.stat(path)?.kind !== "file") return undefined;
    return parseGroup(name, fromBytes(call.root.read(path)));
  }

  function save(group: AlternativeGroup): void {
    const path = `${folders.database}/${group.name}`;
    call.root.write(path, toBytes(formatGroup(group)));
  }

  function nothingFor(name: string): number {
    warn(`no alternatives for ${name}`);
    return 0;
  }

  function fail(text: string): number {
    call.stderr.write(`update-alternatives: error: ${text}\n`);
    return 2;
  }
};
