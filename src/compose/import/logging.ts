import type { Written } from "../read/written.ts";
import { depart, pathOf, type ServiceDraft } from "./draft.ts";
import { keepText } from "./importing.ts";
import type { ManifestMap } from "../manifest-value.ts";

/** Drivers that keep the log on the Engine's machine, or keep none. */
const local = new Set(["json-file", "local", "journald", "none"]);

/** Where the output of a service goes. */
export function importLogging(value: Written, draft: ServiceDraft): ManifestMap {
  const { importing } = draft;
  const at = pathOf(draft, "logging");
  if (!importing.problems.isMap(value, "`logging`")) return {};
  const driver = value.get("driver");
  const options = value.get("options");
  const name = driver === undefined ? undefined : keepText(driver, at, importing);
  if (name !== undefined && !local.has(importing.variables.valueOf(name))) depart(draft, "logging");
  const kept = options?.entries.flatMap(({ name: option, value: each }) => {
    const text = keepText(each, at, importing);
    return text === undefined ? [] : [[option, text] as const];
  });
  return {
    ...(name === undefined ? {} : { driver: name }),
    ...(kept === undefined || kept.length === 0 ? {} : { options: Object.fromEntries(kept) }),
  };
}
