import type { Command, CommandCall } from "../scripts/command.ts";
import { folderOf, lastName } from "../scripts/commands/paths.ts";
import { enableUnits } from "./units/enable-units.ts";
import { findUnit } from "./units/find-unit.ts";
import { completeUnitName } from "./units/unit-name.ts";
import { enabledByPreset } from "./units/unit-presets.ts";
import { answerWithoutSystemd } from "./without-systemd.ts";

/**
 * `systemctl`, where no systemd runs: nothing is started, and what changes files is enabling units
 * of the system, asked for by itself or by presets. `foldersOf` gives where units' files are, the
 * first folder counting. Source: systemctl(1), systemd.preset(5).
 */
export function systemctl(foldersOf: (call: CommandCall) => readonly string[]): Command {
  return (call) => {
    const [verb = "", ...words] = call.args.filter((arg) => !arg.startsWith("-"));
    if (verb !== "enable" && verb !== "preset")
      return answerWithoutSystemd(verb) ?? call.unsupported(`systemctl ${verb}`);
    if (call.args.some((arg) => arg === "--global" || arg === "--user")) return 0;
    const folders = foldersOf(call);
    const units = words.map((word) => nameOf(call, word, folders));
    const asked =
      verb === "enable" ? units : units.flatMap((unit) => presetOf(call, unit, folders));
    return enableUnits(call, asked, { verb, folders });
  };
}

/** A unit may be named by the path of its file. */
function nameOf(call: CommandCall, word: string, folders: readonly string[]): string {
  if (!word.includes("/")) return completeUnitName(word);
  if (folders.includes(folderOf(word))) return lastName(word);
  return call.unsupported(`systemctl with ${word}, which is in no folder of units`);
}

/** Another name of a unit has no preset. */
function presetOf(call: CommandCall, unit: string, folders: readonly string[]): readonly string[] {
  const found = findUnit(call, unit, folders);
  if (typeof found === "string") return [unit];
  return found.name.text === unit ? enabledByPreset(call, unit, folders) : [];
}
