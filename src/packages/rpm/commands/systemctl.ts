import { readLinesToMatch } from "../../commands/lines-file.ts";
import { answerWithoutSystemd } from "../../commands/without-systemd.ts";
import type { Command, CommandCall } from "../../scripts/command.ts";
import { fitsGlob } from "../../scripts/commands/glob.ts";
import { below, isFolder } from "../../scripts/commands/paths.ts";
import { putLink } from "../../scripts/root-files.ts";

const UNITS = ["/etc/systemd/system", "/usr/lib/systemd/system"];
const PRESETS = ["/etc/systemd/system-preset", "/usr/lib/systemd/system-preset"];
const ENABLED = "/etc/systemd/system";

/**
 * `systemctl`, where no systemd runs: nothing is started, and what changes files is enabling a
 * unit, asked for by itself or by presets. Source: systemctl(1), systemd.preset(5).
 */
export const systemctl: Command = (call) => {
  const words = call.args.filter((arg) => !arg.startsWith("-"));
  const isForUsers = call.args.some((arg) => arg === "--global" || arg === "--user");
  const [action = "", ...units] = words;
  switch (action) {
    case "reload-or-try-restart":
    case "set-property":
      return 0;
    case "is-failed":
      return 3;
    case "enable":
      if (!isForUsers) for (const unit of units) enable(call, unit, []);
      return 0;
    case "preset":
      if (!isForUsers)
        for (const unit of units) if (isEnabledByPreset(call, unit)) enable(call, unit, []);
      return 0;
    default:
      return answerWithoutSystemd(action) ?? call.unsupported(`systemctl ${action}`);
  }
};

/** What the first line says that fits; a unit that no line names is enabled. */
function isEnabledByPreset(call: CommandCall, unit: string): boolean {
  const { root } = call;
  const files = new Map<string, string>();
  for (const folder of PRESETS.toReversed()) {
    if (!isFolder(root, folder)) continue;
    for (const name of root.list(folder))
      if (name.endsWith(".preset")) files.set(name, below(folder, name));
  }
  for (const [, path] of [...files].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    for (const line of readLinesToMatch(call, path)) {
      const [verb, pattern = ""] = line.trim().split(/\s+/);
      if ((verb === "enable" || verb === "disable") && fitsGlob(unit, pattern))
        return verb === "enable";
    }
  }
  return true;
}

/** Make the links of a unit's [Install] section, and those of units that it names. */
function enable(call: CommandCall, unit: string, above: readonly string[]): void {
  const { root } = call;
  const template = unit.replace(/@.*(?=\.\w+$)/, "@");
  const path = [unit, template]
    .flatMap((name) => UNITS.map((folder) => below(folder, name)))
    .find((each) => root.stat(each)?.kind === "file");
  if (path === undefined || above.includes(unit)) return;
  for (const line of readLinesToMatch(call, path)) {
    const [, key = "", value = ""] =
      /^\s*(WantedBy|RequiredBy|Also|Alias)\s*=\s*(.+)$/.exec(line) ?? [];
    for (const each of value.split(/\s+/).filter((word) => /^[^/]+$/.test(word))) {
      if (key === "Also") enable(call, each, [...above, unit]);
      else if (key === "Alias") putLink(root, below(ENABLED, each), path);
      else {
        const folder = `${ENABLED}/${each}.${key === "WantedBy" ? "wants" : "requires"}`;
        putLink(root, below(folder, unit), path);
      }
    }
  }
}
