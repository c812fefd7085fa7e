import type { Command, CommandCall } from "../../scripts/command.ts";
import { makeFolders } from "../../scripts/commands/mkdir.ts";
import { baseName, readOptions } from "../../scripts/commands/options.ts";
import { readLines } from "../../commands/lines-file.ts";

/** Modules, pages of configuration or sites of Apache: their folders and how files are called. */
interface ApacheKind {
  readonly name: "module" | "conf" | "site";
  readonly title: string;
  readonly folder: string;
  readonly suffix: ".load" | ".conf";
}

const KINDS: Readonly<Record<string, ApacheKind>> = {
  mod: { name: "module", title: "Module", folder: "mods", suffix: ".load" },
  conf: { name: "conf", title: "Conf", folder: "conf", suffix: ".conf" },
  site: { name: "site", title: "Site", folder: "sites", suffix: ".conf" },
};
const CONFIG = "/etc/apache2";
const STATE = "/var/lib/apache2";

interface Switch {
  readonly call: CommandCall;
  readonly kind: ApacheKind;
  readonly isOn: boolean;
  readonly by: "maint" | "admin";
  readonly isQuiet: boolean;
  readonly isForced: boolean;
  readonly isPurge: boolean;
  /** Ends the command: names that come after are not looked at. */
  readonly stop: () => void;
}

/** Modules that are not disabled without an answer or `--force`. Source: a2enmod of apache2 2.4. */
const ESSENTIAL: ReadonlySet<string> = new Set([
  "alias",
  "auth_basic",
  "authn_file",
  "authz_host",
  "authz_user",
  "autoindex",
  "deflate",
  "dir",
  "env",
  "filter",
  "logio",
  "mime",
  "negotiation",
  "setenvif",
  "unixd",
  "version",
  "watchdog",
]);

/** `a2enmod`, `a2dismod`, `a2enconf`, `a2disconf`, `a2ensite` and `a2dissite` of apache2. */
export const apacheSwitch: Command = (call) => {
  const [, verb, what = ""] = /^a2(en|dis)(mod|conf|site)$/.exec(baseName(call.name)) ?? [];
  const kind = KINDS[what];
  const { has, operands } = readOptions(call, {
    quiet: "-q --quiet",
    maintainer: "-m --maintmode",
    purge: "-p --purge",
    force: "-f --force",
  });
  if (kind === undefined || operands.length === 0)
    return call.unsupported(`${call.name} that asks`);
  let isStopped = false;
  const change: Switch = {
    call,
    kind,
    isOn: verb === "en",
    by: has("maintainer") ? "maint" : "admin",
    isQuiet: has("quiet"),
    isForced: has("force"),
    isPurge: has("purge"),
    stop: () => {
      isStopped = true;
    },
  };
  if (operands.some((name) => /[*?[]/.test(name)))
    return call.unsupported(`${call.name} by a pattern`);
  const names = operands.map((name) => name.replace(/\.(?:load|conf)$/, ""));
  let status = 0;
  for (const name of names) {
    if (!isStopped && !perform(change, name)) status = 1;
  }
  return status;
};

function perform(change: Switch, asked: string): boolean {
  const { call, kind, isOn } = change;
  const { root } = call;
  call.countSteps(1);
  const isThreaded = isEnabled(change, "mpm_event") || isEnabled(change, "mpm_worker");
  const name = kind.name === "module" && isOn && asked === "cgi" && isThreaded ? "cgid" : asked;
  const file = `${CONFIG}/${kind.folder}-available/${name}${kind.suffix}`;
  if (root.stat(file) === undefined) {
    if (change.isPurge) {
      mark(change, name);
      return true;
    }
    return fail(change, `${kind.title} ${name} does not exist!`);
  }
  if (!prepare(change, name, file)) return false;
  return isOn ? enable(change, name) : disable(change, name);
}

function enable(change: Switch, name: string): boolean {
  const { call, kind } = change;
  const missing: ApacheLink[] = [];
  // A link that leads elsewhere, and a file in its place, are somebody's own.
  for (const each of linksOf(change, name).toReversed()) {
    const state = stateOfLink(call, each);
    if (state === "other")
      return fail(change, `${kind.title} ${name} not properly enabled: ${each.link}`);
    if (state === "missing") missing.push(each);
  }
  for (const { link, target } of missing) call.root.symlink(target, link);
  if (missing.some(({ link }) => link.endsWith(kind.suffix))) {
    print(change, `Enabling ${kind.name} ${name}.`);
    mark(change, name);
  } else if (missing.length > 0) print(change, `Enabling config file ${name}.conf.`);
  else say(change, `${kind.title} ${name} already enabled`);
  return true;
}

function disable(change: Switch, name: string): boolean {
  const { call, kind } = change;
  const { root } = call;
  const present = linksOf(change, name).filter(({ link }) => root.lstat(link) !== undefined);
  if (present.length > 0 && ESSENTIAL.has(name) && kind.name === "module" && !change.isForced) {
    change.stop();
    return fail(change, `The following essential module will be disabled: ${name}`);
  }
  for (const { link } of present) {
    if (root.lstat(link)?.kind === "symlink") root.remove(link);
    else fail(change, `${link} is not a symbolic link, not deleting`);
  }
  if (present.length > 0 || change.isPurge) mark(change, name);
  if (present.length > 0) print(change, `${kind.title} ${name} disabled.`);
  else say(change, `${kind.title} ${name} already disabled`);
  return true;
}

/** What a module needs comes first, and what it conflicts with or what needs it stops it. */
function prepare(change: Switch, name: string, file: string): boolean {
  const { call, kind, isOn } = change;
  if (kind.name !== "module") return true;
  if (isOn) {
    for (const needed of headerOf(call, file, "Depends")) {
      say(change, `Considering dependency ${needed} for ${name}:`);
      if (!perform(change, needed))
        return fail(change, `Could not enable dependency ${needed} for ${name}, aborting`);
    }
    for (const other of headerOf(call, file, "Conflicts")) {
      if (isEnabled(change, other)) {
        return fail(
          change,
          `Module ${other} is enabled - cannot proceed due to conflicts. It needs to be disabled first!`,
        );
      }
    }
    return true;
  }
  const folder = `${CONFIG}/mods-enabled`;
  const enabled = call.root.stat(folder) === undefined ? [] : call.root.list(folder);
  const needing = enabled
    .filter((each) => each.endsWith(".load") && call.root.stat(`${folder}/${each}`) !== undefined)
    .filter((each) => headerOf(call, `${folder}/${each}`, "Depends").includes(name))
    .map((each) => each.slice(0, -".load".length));
  if (needing.length === 0) return true;
  if (change.isForced) return needing.every((each) => perform(change, each));
  return fail(
    change,
    `The following modules depend on ${name} and need to be disabled first: ${needing.join(" ")}`,
  );
}

interface ApacheLink {
  readonly link: string;
  readonly target: string;
  /** Where the target is. */
  readonly file: string;
}

/** A link that leads nowhere is removed. */
function stateOfLink(
  { root }: CommandCall,
  { link, file }: ApacheLink,
): "missing" | "right" | "other" {
  if (root.stat(link) === undefined) {
    if (root.lstat(link) !== undefined) root.remove(link);
    return "missing";
  }
  const isRight =
    root.lstat(link)?.kind === "symlink" && root.realpath(link) === root.realpath(file);
  return isRight ? "right" : "other";
}

/** A module may have a `.conf` beside its `.load`. */
function linksOf({ call, kind }: Switch, name: string): readonly ApacheLink[] {
  const suffixes = kind.name === "module" ? [".conf", ".load"] : [".conf"];
  return suffixes
    .filter(
      (suffix) =>
        call.root.stat(`${CONFIG}/${kind.folder}-available/${name}${suffix}`) !== undefined,
    )
    .map((suffix) => ({
      link: `${CONFIG}/${kind.folder}-enabled/${name}${suffix}`,
      target: `../${kind.folder}-available/${name}${suffix}`,
      file: `${CONFIG}/${kind.folder}-available/${name}${suffix}`,
    }));
}

function isEnabled({ call }: Switch, module: string): boolean {
  return call.root.stat(`${CONFIG}/mods-enabled/${module}.load`) !== undefined;
}

/** `# Depends: …` in the comments at the head of a file. */
function headerOf(call: CommandCall, file: string, field: string): readonly string[] {
  for (const line of readLines(call, file)) {
    const [, name, names = ""] = /^# (\w+):\s(.*)$/s.exec(line) ?? [];
    if (name === field) return names.split(/\s+/).filter((word) => word !== "");
    if (!/^\s*(?:#.*)?$/.test(line)) break;
  }
  return [];
}

/** Who switched it last, which later versions of a package respect. */
function mark({ call, kind, isOn, by, isPurge }: Switch, name: string): void {
  const { root } = call;
  const state = `${STATE}/${kind.name}`;
  const folder = `${state}/${isOn ? "enabled" : "disabled"}_by_${by}`;
  makeFolders({ ...call, umask: 0o022 }, folder);
  for (const each of root.list(state)) {
    const marker = `${state}/${each}/${name}`;
    if (root.lstat(marker)?.kind === "file") root.remove(marker);
  }
  if (!isPurge) root.write(`${folder}/${name}`, new Uint8Array());
}

function print({ call }: Switch, text: string): void {
  call.stdout.write(`${text}\n`);
}

function say(change: Switch, text: string): void {
  if (!change.isQuiet) print(change, text);
}

function fail({ call }: Switch, text: string): false {
  call.stderr.write(`ERROR: ${text}\n`);
  return false;
}

/** `a2query` by what is enabled; without a name it tells all. */
export const apacheQuery: Command = (call) => {
  const last = call.args.at(-1) ?? "";
  const all = { "-m": KINDS["mod"], "-s": KINDS["site"], "-c": KINDS["conf"] }[last];
  if (all !== undefined) {
    const folder = `${CONFIG}/${all.folder}-enabled`;
    const names = call.root.stat(folder) === undefined ? [] : call.root.list(folder);
    const own = names.filter((name) => name.endsWith(all.suffix));
    const ended = own.map((name) => apacheQuery({ ...call, args: [...call.args, name] }));
    return Math.max(0, ...ended);
  }
  const { has, value, operands } = readOptions(call, {
    module: "-m=",
    site: "-s=",
    conf: "-c=",
    api: "-a",
    version: "-v",
    mpm: "-M",
    folder: "-d",
    quiet: "-q",
  });
  if (operands.length > 0 || has("version")) return call.unsupported("a2query -v");
  const { root } = call;
  const answer = (text: string): void => {
    if (!has("quiet")) call.stdout.write(`${text}\n`);
  };
  const enabled = (folder: string): readonly string[] => {
    const path = `${CONFIG}/${folder}-enabled`;
    return root.stat(path) === undefined ? [] : root.list(path);
  };
  if (has("api")) answer("20120211");
  if (has("folder")) answer("/usr/lib/apache2/modules/");
  if (has("mpm")) {
    const found = enabled("mods").find((name) => /^mpm_(?:event|worker|prefork)\.load$/.test(name));
    answer(found === undefined ? "invalid" : found.slice("mpm_".length, -".load".length));
  }
  for (const [option, kind] of [
    ["module", KINDS["mod"]],
    ["site", KINDS["site"]],
    ["conf", KINDS["conf"]],
  ] as const) {
    const asked = value(option);
    if (asked === undefined || kind === undefined) continue;
    const name = asked.replace(/^mod/, "").replace(/\.(?:conf|load)$/, "");
    const stateOf = (what: string): string | undefined =>
      ["maint", "admin"].find(
        (by) => root.stat(`${STATE}/${kind.name}/${what}_by_${by}/${name}`) !== undefined,
      );
    if (enabled(kind.folder).includes(`${name}${kind.suffix}`)) {
      const by = stateOf("enabled");
      answer(`${name} (enabled by ${by === undefined ? "unknown" : WHO[by]})`);
      continue;
    }
    const by = stateOf("disabled");
    const reason = by === undefined ? "" : ` (disabled by ${WHO[by]})`;
    if (!has("quiet")) call.stderr.write(`No ${kind.name} matches ${name}${reason}\n`);
    if (by === undefined) return 1;
    return by === "admin" ? 32 : 33;
  }
  return 0;
};

const WHO: Readonly<Record<string, string>> = {
  maint: "maintainer script",
  admin: "site administrator",
};
