import { byKey } from "../../../order.ts";
import type { CommandCall } from "../../scripts/command.ts";
import { fitsGlob } from "../../scripts/commands/glob.ts";
import { below, isFolder } from "../../scripts/commands/paths.ts";
import { readLinesToMatch } from "../lines-file.ts";
import { isInstance, isTemplate, parseUnitName, withInstance } from "./unit-name.ts";

/**
 * Which units a preset enables for one that is named: that one, none, or the instances that the
 * preset names for a template. What the first line says that fits counts; a unit that no line
 * names is enabled. `folders` are those of units' files: presets are beside them.
 *
 * Source: systemd.preset(5); systemd 252, shared/install.c, `query_presets`.
 */
export function enabledByPreset(
  call: CommandCall,
  name: string,
  folders: readonly string[],
): readonly string[] {
  for (const path of presetFiles(call, folders)) {
    for (const line of readLinesToMatch(call, path)) {
      const [verb, pattern = "", ...instances] = line.trim().split(/\s+/);
      if (verb !== "enable" && verb !== "disable") continue;
      const named = verb === "enable" ? instancesOf(name, pattern, instances) : undefined;
      if (named !== undefined) return named;
      if (fitsGlob(name, pattern)) return verb === "enable" ? [name] : [];
    }
  }
  return [name];
}

/** A file hides those of the same name in later folders; they are sorted by name. */
function presetFiles({ root }: CommandCall, folders: readonly string[]): readonly string[] {
  const files = new Map<string, string>();
  for (const folder of folders.map((at) => `${at}-preset`).toReversed()) {
    if (!isFolder(root, folder)) continue;
    for (const name of root.list(folder))
      if (name.endsWith(".preset")) files.set(name, below(folder, name));
  }
  return [...files].toSorted(byKey).map(([, path]) => path);
}

/** Undefined where a line with instances is not about the unit. */
function instancesOf(
  text: string,
  pattern: string,
  instances: readonly string[],
): readonly string[] | undefined {
  const unit = parseUnitName(text);
  if (instances.length === 0 || unit?.instance === undefined) return undefined;
  if (withInstance(unit, "") !== pattern) return undefined;
  if (isTemplate(unit)) return instances.map((each) => withInstance(unit, each));
  return isInstance(unit) && instances.includes(unit.instance) ? [text] : undefined;
}
