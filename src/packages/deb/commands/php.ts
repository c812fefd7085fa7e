import { compareTexts } from "../../../order.ts";
import type { Command, CommandCall } from "../../scripts/command.ts";
import { makeFolders } from "../../scripts/commands/mkdir.ts";
import { readOptions } from "../../scripts/commands/options.ts";
import { below, folderOf, isFolder } from "../../scripts/commands/paths.ts";
import { readLines } from "../../commands/lines-file.ts";

/**
 * `phpenmod` and `phpquery` of php-common 93, shell scripts that every package of PHP calls some
 * dozens of times: what they do, in one step each.
 */
const VERSIONS = "/usr/lib/php";
const USUAL_PRIORITY = "20";

/** What a state of a module is called: the status with which `phpquery -m` ends. */
const NOT_THERE = 1;
const DISABLED_BY_ADMIN = 32;
const DISABLED_BY_MAINTAINER = 33;
const CHANGED = 34;

/** `phpenmod`: links of a module's settings for the ways in which PHP is run. */
export const phpenmod: Command = (call) => {
  const { has, values, operands } = readOptions(
    call,
    { version: "-v=", sapi: "-s=", maintainer: "-m", quiet: "-q", register: "-r" },
    { isPosix: true },
  );
  const [versions, sapis] = [values("version"), values("sapi")];
  for (const list of [versions, sapis])
    if (list.includes("ALL") && list.length > 1) return call.unsupported("ALL and one of all");
  if (operands.length === 0) return call.unsupported("phpenmod without a module");
  for (const module of operands.map((name) => name.split("/", 1)[0] ?? "")) {
    for (const version of allOf(versions) ? versionsIn(call) : versions) {
      for (const sapi of allOf(sapis) ? sapisOf(call, version) : sapis) {
        const one = { call, version, sapi, module };
        if (enable(one, has("maintainer"))) record(one, has("maintainer"));
      }
      if (has("register")) touch(call, below(registryOf(version), module));
    }
  }
  return 0;
};

/** `phpquery`: versions, ways in which PHP is run, and the state of a module. */
export const phpquery: Command = (call) => {
  const { has, value } = readOptions(
    call,
    {
      version: "-v=",
      sapi: "-s=",
      module: "-m=",
      quiet: "-q",
      modules: "-M",
      sapis: "-S",
      versions: "-V",
    },
    { isPosix: true },
  );
  const say = (text: string): void => {
    if (!has("quiet")) call.stdout.write(`${text}\n`);
  };
  const [version, sapi, module] = [value("version"), value("sapi"), value("module")];
  if (has("versions")) return printLines(call, versionsIn(call));
  if (version === undefined) return call.unsupported("phpquery without a version");
  if (has("modules")) return printLines(call, partsOf(call, registryOf(version)));
  if (has("sapis")) return printLines(call, sapisOf(call, version));
  if (!isFolder(call.root, below(VERSIONS, version))) return NOT_THERE;
  if (sapi === undefined) return call.unsupported("phpquery of a version alone");
  const isThere = call.root.stat(`${VERSIONS}/${version}/sapi/${sapi}`) !== undefined;
  if (!isThere) return NOT_THERE;
  if (module !== undefined) return stateOf({ call, version, sapi, module }, say);
  say(sapi);
  return 0;
};

interface PhpModule {
  readonly call: CommandCall;
  readonly version: string;
  readonly sapi: string;
  readonly module: string;
}

function allOf(names: readonly string[]): boolean {
  return names.length === 0 || names.includes("ALL");
}

function printLines(call: CommandCall, lines: readonly string[]): number {
  for (const line of lines) call.stdout.write(`${line}\n`);
  return 0;
}

/** The newest first, as `sort -rn` puts them. */
function versionsIn({ root }: CommandCall): readonly string[] {
  const names = isFolder(root, VERSIONS) ? root.list(VERSIONS) : [];
  return names
    .filter((name) => /[0-9]\.[0-9]$/.test(name))
    .toSorted((a, b) => Number.parseFloat(b) - Number.parseFloat(a) || compareTexts(b, a));
}

function sapisOf(call: CommandCall, version: string): readonly string[] {
  return partsOf(call, `${VERSIONS}/${version}/sapi`);
}

/**
 * What is in a folder, with what dpkg and editors leave behind: the original leaves out only what
 * has all of their endings at once, which nothing has.
 */
function partsOf({ root }: CommandCall, folder: string): readonly string[] {
  return isFolder(root, folder) ? root.list(folder) : [];
}

/** Whether the module is enabled now. */
function enable(one: PhpModule, isMaintainer: boolean): boolean {
  const { call, version, sapi, module } = one;
  const { root } = call;
  const warn = (text: string): false => {
    call.stderr.write(`WARNING: ${text}\n`);
    return false;
  };
  call.countSteps(1);
  const link = linkOf(one);
  if (link === undefined) {
    const folder = `/etc/php/${version}/mods-available`;
    return warn(`Module ${module} ini file doesn't exist under ${folder}`);
  }
  const state = isKnown(one) ? stateOf(one, () => undefined) : NOT_THERE;
  const what = `Not enabling the ${module} module for PHP ${version} ${sapi} SAPI since`;
  if (state === DISABLED_BY_ADMIN && isMaintainer) {
    return warn(`${what} the module\nWARNING: was disabled by local administrator.`);
  }
  if (state === CHANGED) {
    return warn(
      `${what} module symlink\nWARNING: already exists in /etc/php/${version}/${sapi}/conf.d with different content.`,
    );
  }
  if (!isFolder(root, folderOf(link)))
    return warn(`Directory ${folderOf(link)} doesn't exist, not enabling the module`);
  const present = root.lstat(link);
  if (present === undefined) root.symlink(settingsOf(one), link);
  else if (present.kind !== "symlink")
    call.stderr.write(`ln: failed to create symbolic link '${link}': File exists\n`);
  return true;
}

/** Whether the version and the way in which PHP is run are there. */
function isKnown({ call: { root }, version, sapi }: PhpModule): boolean {
  return root.stat(`${VERSIONS}/${version}/sapi/${sapi}`) !== undefined;
}

function stateOf(one: PhpModule, say: (text: string) => void): number {
  const { call, sapi, module } = one;
  const { root } = call;
  const link = linkOf(one);
  if (link === undefined) {
    say(`No module matches ${module}`);
    return NOT_THERE;
  }
  const isMarked = (mark: string): boolean => root.stat(markOf(one, mark)) !== undefined;
  if (root.stat(link) !== undefined) {
    if (root.lstat(link)?.kind !== "symlink") return 0;
    if (root.readlink(link) !== settingsOf(one)) {
      say(`Module ${module} symlink was modified by local administrator.`);
      return CHANGED;
    }
    const by = isMarked("enabled_by_admin")
      ? "local administrator"
      : isMarked("enabled_by_maint")
        ? "maintainer script"
        : "unknown";
    say(`${module} (Enabled for ${sapi} by ${by})`);
    return 0;
  }
  const [by, status] = isMarked("disabled_by_admin")
    ? (["local administrator", DISABLED_BY_ADMIN] as const)
    : isMarked("disabled_by_maint")
      ? (["maintainer script", DISABLED_BY_MAINTAINER] as const)
      : (["unknown", NOT_THERE] as const);
  say(`No module matches ${module} (Disabled for ${sapi} by ${by})`);
  return status;
}

function registryOf(version: string): string {
  return `/var/lib/php/modules/${version}/registry`;
}

function settingsOf({ version, module }: Pick<PhpModule, "version" | "module">): string {
  return `/etc/php/${version}/mods-available/${module}.ini`;
}

function markOf({ version, sapi, module }: PhpModule, mark: string): string {
  return `/var/lib/php/modules/${version}/${sapi}/${mark}/${module}`;
}

/** Undefined for a module without settings. Its priority is in a comment of these. */
function linkOf(one: PhpModule): string | undefined {
  const { call, version, sapi, module } = one;
  const settings = settingsOf(one);
  if (call.root.stat(settings)?.kind !== "file") return undefined;
  const found: string[] = [];
  for (const line of readLines(call, settings)) {
    const priority = /^;\s*priority\s*=\s*([0-9]+)\s*$/.exec(line)?.[1];
    if (priority !== undefined) found.push(priority);
    if (/^[0-9]+$/.test(line)) break;
  }
  if (found.length > 1) return call.unsupported("a module of PHP with several priorities");
  return `/etc/php/${version}/${sapi}/conf.d/${found[0] ?? USUAL_PRIORITY}-${module}.ini`;
}

/** Note who enabled it; what an administrator said stays. */
function record(one: PhpModule, isMaintainer: boolean): void {
  const { root } = one.call;
  if (root.stat(markOf(one, "enabled_by_admin")) !== undefined) return;
  if (isMaintainer && root.stat(markOf(one, "enabled_by_maint")) !== undefined) return;
  for (const action of ["disabled", "enabled"]) {
    for (const by of ["admin", "maint"]) {
      const mark = markOf(one, `${action}_by_${by}`);
      if (root.lstat(mark) !== undefined) root.remove(mark);
    }
  }
  touch(one.call, markOf(one, isMaintainer ? "enabled_by_maint" : "enabled_by_admin"));
}

function touch(call: CommandCall, path: string): void {
  const { root, umask } = call;
  makeFolders(call, folderOf(path));
  if (root.stat(path) === undefined) root.write(path, new Uint8Array(), 0o666 & ~umask);
}
