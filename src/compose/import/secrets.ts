import { refusalOf } from "../../manifest/keys/refused-keys.ts";
import type { Written } from "../read/written.ts";
import { depart, pathOf, type ServiceDraft } from "./draft.ts";
import { type Importing, keepItems, keepPath, keepText, keepValue } from "./importing.ts";
import type { ManifestMap, ManifestValue } from "../manifest-value.ts";
import type { ManifestNames } from "./names.ts";

/** The secrets of the manifest. One that others keep has no counterpart: a new one is made. */
export function importSecrets(
  section: Written | undefined,
  importing: Importing,
  names: ManifestNames,
): ReadonlyMap<string, ManifestValue> {
  const secrets = new Map<string, ManifestValue>();
  for (const { name, place, value } of section?.entries ?? []) {
    const key = names.nameFor(name);
    const at = ["secrets", key];
    const file = value.get("file");
    const variable = value.get("environment");
    for (const { name: option, place: where, value: each } of value.entries) {
      if (["file", "environment"].includes(option) || each.isEmpty || each.value === false)
        continue;
      const hint = refusalOf(option, ["secrets", "x"]);
      importing.notes.lost(where, { at, what: `\`secrets.${option}\``, hint });
    }
    if (file !== undefined) secrets.set(key, { file: keepPath(file, at, importing) ?? "" });
    else if (variable !== undefined)
      secrets.set(key, { environment: importing.variables.valueOf(variable.text ?? "") });
    else {
      secrets.set(key, { generate: true });
      importing.notes.changed(place, {
        at,
        what: "secrets without a file",
        message: `"${name}" comes from neither a file nor the environment; a random one is made.`,
        hint: "Write `file` or `environment` where its value is given.",
      });
    }
  }
  return secrets;
}

/** The secrets that a service reads. */
export function importSecretMounts(value: Written, draft: ServiceDraft): readonly ManifestValue[] {
  const { importing, stack } = draft;
  const at = pathOf(draft, "secrets");
  return keepItems(value, at, importing).map((item) => {
    if (item.kind !== "map") return stack.secretNames.nameFor(keepText(item, at, importing) ?? "");
    const source = stack.secretNames.nameFor(item.get("source")?.text ?? "");
    const options: Record<string, ManifestValue> = { source };
    for (const { name, place, value: each } of item.entries) {
      if (name === "source" || each.isEmpty) continue;
      if (name === "target") options["target"] = targetOf(each, at, importing);
      else if (name === "uid" || name === "gid")
        options[name] = keepValue(each, at, importing) ?? "0";
      else if (name === "mode") options["mode"] = modeOf(each);
      else importing.notes.lost(place, { at, what: `\`secrets.${name}\` of a service` });
    }
    return options;
  });
}

function targetOf(value: Written, at: readonly string[], importing: Importing): string {
  const target = keepText(value, at, importing) ?? "";
  if (!target.includes("/") || /^\/run\/secrets\/[^/]+$/.test(target)) return target;
  const name = target.split("/").at(-1) ?? "";
  importing.notes.lost(value.place, {
    at,
    what: "secrets outside of /run/secrets",
    message: `The secret is /run/secrets/${name} and not ${target}.`,
    hint: "Tell the program where it is.",
  });
  return name;
}

/** An octal number: `0440` is one in compose, whatever YAML makes of it. */
function modeOf(value: Written): string {
  const text = (value.text ?? "").replace(/^0o/, "0");
  return text.startsWith("0") || value.value === text
    ? text
    : Number(text).toString(8).padStart(4, "0");
}

/**
 * Files of `configs`, which compose mounts from the host: so does the manifest, as its own paths.
 */
export function importConfigs(
  value: Written,
  section: Written | undefined,
  draft: ServiceDraft,
): readonly ManifestValue[] {
  const { importing } = draft;
  const at = pathOf(draft, "volumes");
  return keepItems(value, at, importing).flatMap((item): readonly ManifestMap[] => {
    const name = (item.kind === "map" ? item.get("source") : item)?.text ?? "";
    const file = section?.get(name)?.get("file");
    if (file === undefined) {
      importing.notes.lost(item.place, {
        at: ["services", draft.name],
        what: "`configs` without a file",
        message: `The config "${name}" is no file and is left out.`,
        hint: "Write it to a file of the project, and lay that over the image or mount it.",
      });
      return [];
    }
    const source = keepPath(file, at, importing) ?? "";
    const target = item.get("target")?.text ?? `/${name}`;
    depart(draft, "bind_mounts", target);
    importing.notes.changed(item.place, {
      at,
      what: "`configs`",
      message: `The config "${name}" is mounted from its file.`,
    });
    return [{ type: "bind", source, target, read_only: true }];
  });
}
