import type { Written } from "../read/written.ts";
import { depart, pathOf, type ServiceDraft } from "./draft.ts";
import { keepText } from "./importing.ts";
import type { ManifestMap, ManifestValue } from "../manifest-value.ts";

/**
 * Compose gives memory without a size half of the machine's, and lets everybody write to it. A
 * manifest's counts as the service's own memory.
 */
const SIZE = "256m";
const MODE = "1777";

/** `tmpfs` of a service: one path or a list, each with options as `mount` takes them. */
export function importTmpfs(value: Written, draft: ServiceDraft): readonly ManifestValue[] {
  const items = value.kind === "list" ? value.items : [value];
  return items.flatMap((item) => {
    const text = keepText(item, pathOf(draft, "tmpfs"), draft.importing);
    return text === undefined ? [] : [shortTmpfs(text, item, draft)];
  });
}

function shortTmpfs(text: string, item: Written, draft: ServiceDraft): ManifestValue {
  const [target = "", options = ""] = text.split(":");
  const given = new Map<string, string>();
  for (const option of options.split(",").filter((each) => each !== "")) {
    const [name = "", value = ""] = option.split("=");
    if (["size", "mode", "uid", "gid"].includes(name)) given.set(name, value);
    else if (name === "exec") {
      given.set(name, "");
      depart(draft, "tmpfs_exec", target);
    } else if (!["rw", "noexec", "nosuid", "nodev"].includes(name)) {
      draft.importing.notes.lost(item.place, {
        at: pathOf(draft, "tmpfs"),
        what: `the tmpfs option \`${name}\``,
        hint: "`size`, `mode`, `uid`, `gid` and `exec` are known.",
      });
    }
  }
  const all = new Map([["size", SIZE], ["mode", MODE], ...given]);
  const words = [...all].map(([name, value]) => (value === "" ? name : `${name}=${value}`));
  return `${target}:${words.join(",")}`;
}

/** A mount of type `tmpfs` among the volumes. */
export function importTmpfsMount(item: Written, draft: ServiceDraft): ManifestValue {
  const at = pathOf(draft, "volumes");
  const options = item.get("tmpfs");
  const size = options?.get("size");
  const mode = options?.get("mode");
  for (const { name, place, value } of options?.entries ?? []) {
    if (name === "size" || name === "mode" || value.isEmpty) continue;
    draft.importing.notes.lost(place, { at, what: `\`volumes.tmpfs.${name}\`` });
  }
  const tmpfs: ManifestMap = {
    size: size?.text ?? SIZE,
    mode: (mode?.text ?? MODE).replace(/^0o/, ""),
  };
  const target = item.get("target");
  return {
    type: "tmpfs",
    target: target === undefined ? "" : (keepText(target, at, draft.importing) ?? ""),
    tmpfs,
  };
}
