import { byKey } from "../../../order.ts";
import type { CommandCall } from "../../scripts/command.ts";
import { below, isFolder } from "../../scripts/commands/paths.ts";
import { readLinesToMatch } from "../lines-file.ts";
import { isInstance, isTemplate, parseUnitName, withInstance } from "./unit-name.ts";

/** What a unit says of how it is enabled, with `%` as it stands there. */
export interface InstallSection {
  readonly wantedBy: readonly string[];
  readonly requiredBy: readonly string[];
  readonly also: readonly string[];
  readonly aliases: readonly string[];
  /** Which instance of a template is enabled when none is named. */
  readonly defaultInstance?: string;
}

const LISTS: ReadonlyMap<string, "wantedBy" | "requiredBy" | "also" | "aliases"> = new Map([
  ["WantedBy", "wantedBy"],
  ["RequiredBy", "requiredBy"],
  ["Also", "also"],
  ["Alias", "aliases"],
]);

/**
 * The [Install] section of a unit's file, with what its drop-ins add. An empty value empties a
 * list; continued lines are one. Source: systemd.unit(5), systemd.syntax(7).
 */
export function readInstallSection(
  call: CommandCall,
  { name, path, folders }: { name: string; path: string; folders: readonly string[] },
): InstallSection {
  const found = { wantedBy: [], requiredBy: [], also: [], aliases: [] };
  const lists: Record<keyof typeof found, string[]> = found;
  let defaultInstance: string | undefined;
  for (const file of [path, ...dropIns(call, name, folders)]) {
    for (const [key, value] of settingsOf(call, file)) {
      const list = LISTS.get(key);
      if (list !== undefined) {
        if (value === "") lists[list] = [];
        else lists[list].push(...wordsOf(value));
      } else if (key === "DefaultInstance") defaultInstance = value === "" ? undefined : value;
    }
  }
  return { ...lists, ...(defaultInstance === undefined ? {} : { defaultInstance }) };
}

/** Keys and values of the section in one file, in order. */
function settingsOf(call: CommandCall, file: string): readonly (readonly [string, string])[] {
  const settings: (readonly [string, string])[] = [];
  let isInstall = false;
  let begun = "";
  for (const each of readLinesToMatch(call, file)) {
    const line = each.trim();
    if (/^[#;]/.test(line)) continue;
    if (line.endsWith("\\")) {
      begun += `${line.slice(0, -1)} `;
      continue;
    }
    const whole = (begun + line).trim();
    begun = "";
    if (/^\[.*\]$/.test(whole)) {
      isInstall = whole === "[Install]";
      continue;
    }
    const at = whole.indexOf("=");
    if (isInstall && at > 0) settings.push([whole.slice(0, at).trim(), whole.slice(at + 1).trim()]);
  }
  return settings;
}

function wordsOf(value: string): readonly string[] {
  const words = value.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g);
  return Array.from(words, ([, double, single, bare]) => double ?? single ?? bare ?? "").filter(
    (word) => word !== "",
  );
}

/** Of a template's instance those of the template count, too. A name hides the same one behind. */
function dropIns(call: CommandCall, name: string, folders: readonly string[]): readonly string[] {
  const unit = parseUnitName(name);
  const template = unit !== undefined && isInstance(unit) ? [withInstance(unit, "")] : [];
  const files = new Map<string, string>();
  for (const each of [name, ...template]) {
    for (const folder of folders.map((at) => below(at, `${each}.d`))) {
      if (!isFolder(call.root, folder)) continue;
      for (const file of call.root.list(folder))
        if (file.endsWith(".conf") && !files.has(file)) files.set(file, below(folder, file));
    }
  }
  return [...files].toSorted(byKey).map(([, file]) => file);
}

/**
 * A text of the section with `%` replaced by what the unit is called: a template as if it was its
 * default instance. Stops the script for what is not known here, such as the machine's name.
 */
export function expandUnitText(
  call: CommandCall,
  text: string,
  { name, defaultInstance = "" }: { readonly name: string; readonly defaultInstance?: string },
): string {
  const unit = parseUnitName(name);
  if (unit === undefined) return text;
  const { prefix, type } = unit;
  const instance = isTemplate(unit) ? defaultInstance : (unit.instance ?? "");
  const plain = unit.instance === undefined ? prefix : `${prefix}@${instance}`;
  const values: Readonly<Record<string, string>> = {
    "%": "%",
    i: instance,
    j: prefix.slice(prefix.lastIndexOf("-") + 1),
    n: `${plain}.${type}`,
    N: plain,
    p: prefix,
  };
  return text.replaceAll(/%([^])/g, (whole, letter: string) =>
    Object.hasOwn(values, letter)
      ? (values[letter] ?? "")
      : call.unsupported(`${whole} in the [Install] section of ${name}`),
  );
}
