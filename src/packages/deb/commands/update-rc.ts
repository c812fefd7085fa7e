import { fromBytes } from "../../scripts/bytes.ts";
import type { Command, CommandCall } from "../../scripts/command.ts";
import { linesOf } from "../../scripts/commands/lines.ts";
import { makeFolders } from "../../scripts/commands/mkdir.ts";

/**
 * `update-rc.d` of init-system-helpers as it works without insserv: links `S01` and `K01` by the
 * header of the script.
 */
export const updateRc: Command = (call) => {
  const { root } = call;
  const [name = "", action = "", ...levels] = call.args.filter((arg) => arg !== "-f");
  const script = `/etc/init.d/${name}`;
  switch (action) {
    case "remove":
      for (const link of linksOf(call, name)) root.remove(link);
      return 0;
    case "defaults":
    case "defaults-disabled":
    case "start":
    case "stop": {
      if (linksOf(call, name).length > 0) return 0;
      if (root.stat(script)?.kind !== "file") return fail(`unable to read ${script}`);
      const { start, stop } = runlevelsOf(fromBytes(root.read(script)));
      const letter = action === "defaults-disabled" ? "K" : "S";
      for (const level of start) makeLink(call, name, { level, letter });
      for (const level of stop) makeLink(call, name, { level, letter: "K" });
      return 0;
    }
    case "enable":
    case "disable": {
      const { start } = runlevelsOf(
        root.stat(script) === undefined ? "" : fromBytes(root.read(script)),
      );
      const asked = (levels.length > 0 ? levels : start).filter((level) => /^[S2345]$/.test(level));
      const links = linksOf(call, name).filter((link) =>
        asked.some((level) => link.startsWith(`/etc/rc${level}.d/`)),
      );
      if (links.length === 0) return fail("no runlevel symlinks to modify, aborting!");
      const [from, to] = action === "disable" ? ["S", "K"] : ["K", "S"];
      for (const link of links) {
        const changed = link.replace(`.d/${from}`, `.d/${to}`);
        if (changed !== link) root.rename(link, changed);
      }
      return 0;
    }
    default:
      return call.unsupported(`update-rc.d ${action}`);
  }

  function fail(text: string): number {
    call.stderr.write(`update-rc.d: error: ${text}\n`);
    return 1;
  }
};

function makeLink(
  call: CommandCall,
  name: string,
  { level, letter }: { readonly level: string; readonly letter: string },
): void {
  const link = `/etc/rc${level}.d/${letter}01${name}`;
  makeFolders({ ...call, umask: 0o022 }, `/etc/rc${level}.d`);
  if (call.root.lstat(link) === undefined) call.root.symlink(`../init.d/${name}`, link);
}

function linksOf({ root }: CommandCall, name: string): readonly string[] {
  return ["0", "1", "2", "3", "4", "5", "6", "S"].flatMap((level) => {
    const folder = `/etc/rc${level}.d`;
    if (root.stat(folder)?.kind !== "directory") return [];
    return root
      .list(folder)
      .filter((link) => /^[SK]\d\d/.test(link) && link.slice(3) === name)
      .map((link) => `${folder}/${link}`);
  });
}

function runlevelsOf(text: string): {
  readonly start: readonly string[];
  readonly stop: readonly string[];
} {
  let [start, stop]: string[][] = [[], []];
  let isInside = false;
  for (const line of linesOf(text)) {
    if (/^### BEGIN INIT INFO\s*$/.test(line)) isInside = true;
    else if (/^### END INIT INFO\s*$/.test(line)) break;
    else if (isInside) {
      const setting = /^# Default-(Start|Stop):\s*(\S.*)$/.exec(line);
      const levels = setting?.[2]?.trim().split(/\s+/) ?? [];
      if (setting?.[1] === "Start") start = levels;
      if (setting?.[1] === "Stop") stop = levels;
    }
  }
  return { start: start ?? [], stop: stop ?? [] };
}
