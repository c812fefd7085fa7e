import { toBytes } from "../../scripts/bytes.ts";
import type { Command, CommandCall } from "../../scripts/command.ts";
import { makeFolders } from "../../scripts/commands/mkdir.ts";
import { baseName, unknownOption } from "../../scripts/commands/options.ts";
import { folderOf } from "../../scripts/commands/paths.ts";
import { readLines, readLinesToMatch, writeLines } from "../../commands/lines-file.ts";

interface UnitLink {
  readonly link: string;
  readonly unit: string;
}

/** Where units of the system, or of users, are, and what is remembered of them. */
interface Instance {
  readonly name: "system" | "user";
  readonly enabled: string;
  readonly masked: string;
}

const INSTANCES: Readonly<Record<"system" | "user", Instance>> = {
  system: {
    name: "system",
    enabled: "/var/lib/systemd/deb-systemd-helper-enabled",
    masked: "/var/lib/systemd/deb-systemd-helper-masked",
  },
  user: {
    name: "user",
    enabled: "/var/lib/systemd/deb-systemd-user-helper-enabled",
    masked: "/var/lib/systemd/deb-systemd-user-helper-masked",
  },
};

/**
 * `deb-systemd-helper` of init-system-helpers: the links that enable a unit, and its records. As
 * where no systemctl is: presets are not asked.
 */
export const systemdHelper: Command = (call) => {
  let instance = INSTANCES.system;
  let isQuiet = false;
  const words: string[] = [];
  for (const arg of call.args) {
    if (arg === "--user") instance = INSTANCES.user;
    else if (arg === "--system") instance = INSTANCES.system;
    else if (arg === "--quiet") isQuiet = true;
    else if (arg.startsWith("-")) return unknownOption(call, arg);
    else words.push(arg);
  }
  const [action = "", ...units] = words;
  const isQuestion = ["is-enabled", "was-enabled", "debian-installed"].includes(action);
  let status = isQuestion ? 1 : 0;
  for (const unit of units) {
    switch (action) {
      case "enable":
        enable(call, instance, unit);
        break;
      case "update-state":
        writeLines(
          call,
          stateFile(instance, unit),
          linksOf(call, instance, unit).map(({ link }) => link),
        );
        break;
      case "debian-installed":
        if (call.root.stat(stateFile(instance, unit)) !== undefined) status = 0;
        break;
      case "was-enabled":
      case "is-enabled": {
        const links =
          action === "was-enabled"
            ? readLines(call, stateFile(instance, unit))
            : linksOf(call, instance, unit).map(({ link }) => link);
        const isEnabled = links.every((link) => call.root.lstat(link)?.kind === "symlink");
        if (isEnabled) status = 0;
        if (!isQuiet) call.stderr.write(isEnabled ? "enabled\n" : "disabled\n");
        break;
      }
      case "mask":
        mask(call, instance, unit);
        break;
      case "unmask":
        unmask(call, instance, unit);
        for (const { masked } of Object.values(INSTANCES)) removeEmpty(call, masked);
        break;
      case "disable":
      case "purge":
        disable(call, instance, unit, { isPurge: action === "purge" });
        for (const { name, enabled } of Object.values(INSTANCES)) {
          removeEmpty(call, enabled);
          const folder = `/etc/systemd/${name}`;
          for (const each of call.root.stat(folder) === undefined ? [] : call.root.list(folder))
            removeEmpty(call, `${folder}/${each}`);
        }
        break;
      case "reenable":
      default:
        return call.unsupported(`deb-systemd-helper ${action}`);
    }
  }
  return status;
};

/** Where units of the system are looked for; the first folder counts. */
export function unitFolders(call: CommandCall): readonly string[] {
  return ["/etc", "/run", "/usr/local/lib", ...vendorFolders(call)].map(
    (folder) => `${folder}/systemd/system`,
  );
}

function enable(call: CommandCall, instance: Instance, unit: string): void {
  const { root } = call;
  const state = stateFile(instance, unit);
  for (const { link, unit: path } of linksOf(call, instance, unit)) {
    const lines = readLines(call, state);
    if (!lines.includes(link)) writeLines(call, state, [...lines, link]);
    const record = recordOf(instance.enabled, instance, link);
    if (root.stat(record) !== undefined) continue;
    if (root.lstat(link)?.kind !== "symlink") {
      makeFolders({ ...call, umask: 0o022 }, folderOf(link));
      root.symlink(path, link);
    }
    makeFolders({ ...call, umask: 0o022 }, folderOf(record));
    root.write(record, toBytes(""));
  }
}

/** With the units that its file names with `Also=`, where it is still there. */
function disable(
  call: CommandCall,
  instance: Instance,
  unit: string,
  { isPurge, done = new Set() }: { readonly isPurge: boolean; readonly done?: Set<string> },
): void {
  const { root } = call;
  done.add(unit);
  const state = stateFile(instance, unit);
  for (const link of readLines(call, state)) {
    const isThere = root.lstat(link)?.kind === "symlink";
    const record = recordOf(instance.enabled, instance, link);
    if ((isPurge || isThere) && root.lstat(record) !== undefined) root.remove(record);
    if (isThere) root.remove(link);
  }
  if (isPurge && root.lstat(state) !== undefined) root.remove(state);
  const path = pathOf(call, instance, unit);
  for (const line of path === undefined ? [] : readLinesToMatch(call, path)) {
    const also = /^\s*Also=(.+)$/i.exec(line)?.[1];
    if (also !== undefined && !done.has(also)) disable(call, instance, also, { isPurge, done });
  }
}

/** Removes a folder that holds nothing but folders that hold nothing, or those of them below it. */
function removeEmpty(call: CommandCall, folder: string): void {
  const { root } = call;
  if (root.lstat(folder)?.kind !== "directory") return;
  for (const name of root.list(folder)) removeEmpty(call, `${folder}/${name}`);
  if (root.list(folder).length === 0) root.remove(folder);
}

function mask(call: CommandCall, instance: Instance, unit: string): void {
  const link = `/etc/systemd/${instance.name}/${baseName(unit)}`;
  if (call.root.stat(link) !== undefined) return;
  makeFolders({ ...call, umask: 0o022 }, folderOf(link));
  if (call.root.lstat(link) !== undefined) call.root.remove(link);
  call.root.symlink("/dev/null", link);
  writeLines(call, recordOf(instance.masked, instance, link), []);
}

/** Only a mask that this command made goes. */
function unmask(call: CommandCall, instance: Instance, unit: string): void {
  const { root } = call;
  const link = `/etc/systemd/${instance.name}/${baseName(unit)}`;
  const isMask = root.lstat(link)?.kind === "symlink" && root.readlink(link) === "/dev/null";
  const record = recordOf(instance.masked, instance, link);
  if (!isMask || root.stat(record) === undefined) return;
  root.remove(link);
  root.remove(record);
}

function stateFile({ enabled }: Instance, unit: string): string {
  return `${enabled}/${baseName(unit)}.dsh-also`;
}

function recordOf(folder: string, { name }: Instance, link: string): string {
  return `${folder}/${link.slice(`/etc/systemd/${name}/`.length)}`;
}

/** The links of a unit by its [Install] section, with those of units that it names. */
function linksOf(
  call: CommandCall,
  instance: Instance,
  unit: string,
  visited: readonly string[] = [],
): readonly UnitLink[] {
  call.countSteps(1);
  const path = pathOf(call, instance, unit);
  if (path === undefined) return call.unsupported(`the unit ${unit}, which is not there`);
  const name = baseName(path);
  const seen = [...visited];
  const links: UnitLink[] = [];
  const wanting: string[] = [];
  let target = name;
  for (const line of readLinesToMatch(call, path)) {
    const setting = /^\s*(WantedBy|RequiredBy|Also|Alias|DefaultInstance)=(.+)$/i.exec(line);
    if (setting === null) continue;
    const [, key = "", value = ""] = setting;
    const values = value.split(/\s+/).map((each) => each.replace(/^(["'])(.*)\1$/, "$2"));
    for (const each of values.filter((word) => word !== "")) {
      switch (key.toLowerCase()) {
        case "wantedby":
          wanting.push(`/etc/systemd/${instance.name}/${each}.wants`);
          break;
        case "requiredby":
          wanting.push(`/etc/systemd/${instance.name}/${each}.requires`);
          break;
        case "also":
          if (each !== name && !seen.includes(each)) {
            seen.push(each);
            links.push(...linksOf(call, instance, each, seen));
          }
          break;
        case "alias":
          if (each !== name)
            links.push({ link: `/etc/systemd/${instance.name}/${value}`, unit: path });
          break;
        default:
          target = name.replace(
            /^(.*@)(\.\w+)$/,
            (_, start: string, end: string) => start + each + end,
          );
      }
    }
  }
  return [...links, ...wanting.map((folder) => ({ link: `${folder}/${target}`, unit: path }))];
}

function pathOf(call: CommandCall, { name }: Instance, unit: string): string | undefined {
  const { root } = call;
  return ["/etc", ...vendorFolders(call)]
    .map((folder) => `${folder}/systemd/${name}/${unit}`)
    .find((path) => root.stat(path)?.kind === "file");
}

function vendorFolders(call: CommandCall): readonly string[] {
  return isSystemdBelowUsr(call) ? ["/usr/lib", "/lib"] : ["/lib", "/usr/lib"];
}

/**
 * Where systemctl is there, it makes the links, and names the folder that systemd itself was built
 * for: with `/usr` from Debian 13 on.
 */
function isSystemdBelowUsr(call: CommandCall): boolean {
  if (call.findProgram("/usr/bin/systemctl") === undefined) return false;
  return readLines(call, "/var/lib/dpkg/info/systemd.list").includes("/usr/lib/systemd/systemd");
}
