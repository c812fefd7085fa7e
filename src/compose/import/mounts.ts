import path from "node:path";
import { isInside } from "../../stack/values.ts";
import type { Written } from "../read/written.ts";
import { depart, pathOf, type ServiceDraft } from "./draft.ts";
import { keepItems, keepText, relativePath, truthOf } from "./importing.ts";
import type { ManifestMap, ManifestValue } from "../manifest-value.ts";
import { asName } from "./names.ts";
import { splitOutside } from "./ports.ts";
import { importTmpfsMount } from "./tmpfs.ts";

/** Mounts in both notations: `volumes` of a service. */
export function importMounts(value: Written, draft: ServiceDraft): readonly ManifestValue[] {
  const at = pathOf(draft, "volumes");
  return keepItems(value, at, draft.importing).flatMap((item) => {
    const mount = item.kind === "map" ? importLong(item, draft) : importShort(item, draft);
    return mount ?? [];
  });
}

/** Options of the short notation that say nothing on Linux, or what holds anyway. */
const idleOptions = new Set(["rw", "cached", "delegated", "consistent", "rprivate", ""]);

function importShort(item: Written, draft: ServiceDraft): ManifestValue | undefined {
  const at = pathOf(draft, "volumes");
  const text = keepText(item, at, draft.importing);
  if (text === undefined) return undefined;
  const parts = splitOutside(text, ":");
  const [source = "", target = "", options = ""] =
    parts.length === 1 ? ["", parts[0] ?? "", ""] : parts;
  const words = options.split(",");
  for (const word of words.filter((each) => each !== "ro" && !idleOptions.has(each))) {
    draft.importing.notes.lost(item.place, {
      at,
      what: `the mount option \`${word}\``,
      hint: word.toLowerCase() === "z" ? "It is for SELinux: label the folder by hand." : undefined,
    });
  }
  return mountOf(item, draft, { source, target, readOnly: words.includes("ro") });
}

function importLong(item: Written, draft: ServiceDraft): ManifestValue | undefined {
  const { importing } = draft;
  const at = pathOf(draft, "volumes");
  const type = item.get("type")?.text ?? "volume";
  const target = item.get("target");
  if (target === undefined) {
    importing.problems.add(item.place, "missing-key", { message: "A mount lacks `target`." });
    return undefined;
  }
  const known = ["type", "source", "target", "read_only"];
  if (type === "tmpfs") return importTmpfsMount(item, draft);
  if (type !== "volume" && type !== "bind") {
    importing.notes.lost(item.place, { at, what: `a mount of type \`${type}\`` });
    return undefined;
  }
  for (const { name, place, value } of item.entries) {
    if (known.includes(name) || value.isEmpty || name === "consistency") continue;
    for (const option of value.kind === "map" ? value.entries : []) {
      if (option.name === "create_host_path" || option.value.value === false) continue;
      importing.notes.lost(option.place, { at, what: `\`volumes.${name}.${option.name}\`` });
    }
    if (value.kind !== "map") importing.notes.lost(place, { at, what: `\`volumes.${name}\`` });
  }
  const source = item.get("source");
  const written = source === undefined ? "" : (keepText(source, at, importing) ?? "");
  return mountOf(source ?? item, draft, {
    // The long notation has a type: a folder may be written without a dot before it.
    source: type === "bind" && !/^[./~$]/.test(written) ? `./${written}` : written,
    target: keepText(target, at, importing) ?? "",
    readOnly: truthOf(item.get("read_only"), importing) === true,
  });
}

interface Mount {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

function mountOf(item: Written, draft: ServiceDraft, mount: Mount): ManifestValue | undefined {
  const { importing } = draft;
  const { source, readOnly } = mount;
  const target = importing.variables.valueOf(mount.target).replace(/(?<=.)\/+$/, "");
  if (!target.startsWith("/") || target.split("/").includes("..")) {
    importing.problems.add(item.place, "invalid-value", {
      message: `"${mount.target}" is no absolute path in the container.`,
    });
    return undefined;
  }
  const suffix = readOnly ? ":ro" : "";
  const volume = (name: string): string => `${name}:${target}${suffix}`;
  if (source === "") return volume(addVolume(item, draft, { path: target, why: "anonymous" }));
  const value = importing.variables.valueOf(source);
  if (!/^[./~]/.test(value)) return volume(draft.stack.volumeNames.nameFor(value));
  return bindOf(item, draft, { ...mount, target, value });
}

function bindOf(
  item: Written,
  draft: ServiceDraft,
  mount: Mount & { readonly value: string },
): ManifestValue {
  const { importing } = draft;
  const { directory, exists, notes, variables } = importing;
  const at = pathOf(draft, "volumes");
  const { source, value, target, readOnly } = mount;
  const home = value.startsWith("~");
  const absolute = path.resolve(item.file.directory, value);
  if (!home && isInside(directory, absolute) && !exists(absolute)) {
    const name = addVolume(item, draft, { path: value, why: "missing" });
    return `${name}:${target}${readOnly ? ":ro" : ""}`;
  }
  depart(draft, "bind_mounts", target);
  const isAbroad = home || !isInside(directory, absolute);
  if (isAbroad) {
    notes.changed(item.place, {
      at,
      what: "paths of the host",
      message: `${source} is a path of this machine, outside of the project: the stack runs on machines that have it.`,
      hint: value.endsWith("/docker.sock")
        ? "Who has the Engine's socket is root on the host: take it away where you can."
        : "Put the files into the project or into an image, or use a named volume.",
    });
  }
  const isKept = variables.isTemplate(source) && (isAbroad || item.file.directory === directory);
  const kept = home
    ? value.replace(/^~/, "${HOME}")
    : isKept
      ? source
      : isAbroad
        ? absolute
        : relativePath(directory, absolute);
  // A colon would end the source in the short notation.
  const long: ManifestMap = {
    type: "bind",
    source: kept,
    target,
    ...(readOnly ? { read_only: true } : {}),
  };
  return /[:]/.test(kept.replaceAll(/\$\{[^}]*\}/g, "")) || isKept || home
    ? long
    : `${kept}:${target}${readOnly ? ":ro" : ""}`;
}

/** A volume that takes the place of one without a name, or of a folder that is not there. */
function addVolume(
  item: Written,
  draft: ServiceDraft,
  about: { readonly path: string; readonly why: "anonymous" | "missing" },
): string {
  const { stack, importing, name } = draft;
  const { path: file, why } = about;
  const base = asName(file.replaceAll("/", "-"));
  // Services that mount one folder share its volume; one without a name is the service's own.
  const volume =
    why === "missing"
      ? stack.volumeNames.nameFor(path.resolve(item.file.directory, file), base)
      : stack.volumeNames.nameFor(`${name}:${file}`, asName(`${name}-${base}`));
  stack.volumes.set(volume, {});
  importing.notes.changed(
    item.place,
    why === "missing"
      ? {
          at: pathOf(draft, "volumes"),
          what: "folders that are not there",
          message: `${file} is not there; compose would make an empty folder of it. The volume "${volume}" takes its place.`,
          hint: "Make the folder and mount it again if its files are needed.",
        }
      : {
          at: pathOf(draft, "volumes"),
          what: "volumes without a name",
          message: `The volume on ${file} has no name in compose; here it is "${volume}", whose data is kept.`,
        },
  );
  return volume;
}
