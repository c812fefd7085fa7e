import type { Written } from "../read/written.ts";
import { pathOf, type ServiceDraft } from "./draft.ts";
import { keepPath, truthOf } from "./importing.ts";
import type { ManifestValue } from "../manifest-value.ts";

/** Files of variables: one path or a list of paths and maps. */
export function importEnvFile(value: Written, draft: ServiceDraft): ManifestValue {
  const { importing } = draft;
  const at = pathOf(draft, "env_file");
  const items = value.kind === "list" ? value.items : [value];
  return items.flatMap((item): readonly ManifestValue[] => {
    const path = item.kind === "map" ? item.get("path") : item;
    if (path === undefined) {
      importing.problems.add(item.place, "missing-key", {
        message: "An entry of `env_file` lacks `path`.",
      });
      return [];
    }
    const file = keepPath(path, at, importing);
    if (file === undefined) return [];
    if (item.kind !== "map") return [file];
    const isOptional =
      item.get("required") !== undefined && truthOf(item.get("required"), importing) === false;
    const format = item.get("format")?.text;
    if (format !== undefined && format !== "raw") {
      importing.notes.lost(item.keyPlace("format"), {
        at,
        what: `\`env_file.format: ${format}\``,
        hint: "`raw` is known.",
      });
    }
    if (!isOptional && format !== "raw") return [file];
    return [
      {
        path: file,
        ...(isOptional ? { required: false } : {}),
        ...(format === "raw" ? { format } : {}),
      },
    ];
  });
}
