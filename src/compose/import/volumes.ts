import { refusalOf } from "../../manifest/keys/refused-keys.ts";
import type { Written } from "../read/written.ts";
import { type Importing, keepLabels } from "./importing.ts";
import type { ManifestMap, ManifestValue } from "../manifest-value.ts";
import type { ManifestNames } from "./names.ts";
import { changedName, externalOf } from "./networks.ts";

/** The volumes of the manifest. */
export function importVolumes(
  section: Written | undefined,
  importing: Importing,
  names: ManifestNames,
): ReadonlyMap<string, ManifestValue> {
  const volumes = new Map<string, ManifestValue>();
  for (const { name, value } of section?.entries ?? []) {
    const key = names.nameFor(name);
    volumes.set(key, volumeOf(value, ["volumes", key], importing));
  }
  return volumes;
}

function volumeOf(value: Written, at: readonly string[], importing: Importing): ManifestMap {
  if (!importing.problems.isMap(value, "A volume")) return {};
  const external = externalOf(value, at, importing);
  if (external !== undefined) return external;
  let labels: ManifestMap = {};
  for (const { name, place, value: each } of value.entries) {
    if (each.isEmpty || each.value === false || name.startsWith("x-")) continue;
    if (name === "driver" && ["local", "default"].includes(each.text ?? "")) continue;
    if (name === "labels") labels = keepLabels(each, at, importing);
    else if (name === "name") changedName(each, at, importing);
    else {
      const hint = refusalOf(name, ["volumes", "x"]);
      importing.notes.lost(place, { at, what: `\`volumes.${name}\``, hint });
    }
  }
  return Object.keys(labels).length === 0 ? {} : { labels };
}
