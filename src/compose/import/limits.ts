import { refusalOf } from "../../manifest/keys/refused-keys.ts";
import type { Written } from "../read/written.ts";
import { depart, pathOf, type ServiceDraft } from "./draft.ts";
import { keepText, keepValue } from "./importing.ts";
import type { ManifestValue } from "../manifest-value.ts";

/** Limits of a service, from its own keys and from `deploy.resources.limits`. */
export function importLimits(service: Written, draft: ServiceDraft): void {
  const limits = service.get("deploy")?.get("resources")?.get("limits");
  const set = (key: string, ...values: readonly (Written | undefined)[]): void => {
    const value = values.find((each) => each !== undefined);
    const kept =
      value === undefined ? undefined : keepValue(value, pathOf(draft, key), draft.importing);
    // Zero and less mean no limit there; a manifest always has one.
    if (kept !== undefined && !(Number(kept) <= 0)) draft.out.set(key, kept);
  };
  set("mem_limit", service.get("mem_limit"), limits?.get("memory"));
  set("cpus", service.get("cpus"), limits?.get("cpus"));
  set("pids_limit", service.get("pids_limit"), limits?.get("pids"));
  set("shm_size", service.get("shm_size"));
  importQuota(service, draft);
  const ulimits = service.get("ulimits");
  if (ulimits !== undefined && draft.importing.problems.isMap(ulimits, "`ulimits`"))
    draft.out.set("ulimits", ulimitsOf(ulimits, draft));
}

/** `cpu_quota` over `cpu_period` is a number of CPUs. */
function importQuota(service: Written, { out, importing, name }: ServiceDraft): void {
  const quota = service.get("cpu_quota");
  if (quota === undefined) return;
  const numberOf = (written: Written | undefined, otherwise: number): number => {
    const number = Number(importing.variables.valueOf(written?.text ?? ""));
    return Number.isFinite(number) && number > 0 ? number : otherwise;
  };
  const cpus = numberOf(quota, 0) / numberOf(service.get("cpu_period"), 100_000);
  if (cpus <= 0 || out.has("cpus")) return;
  out.set("cpus", Math.round(cpus * 1000) / 1000);
  importing.notes.changed(service.keyPlace("cpu_quota"), {
    at: ["services", name, "cpus"],
    what: "`cpu_quota`",
    message: "The quota is written as a number of CPUs.",
  });
}

function ulimitsOf(ulimits: Written, draft: ServiceDraft): ManifestValue {
  const at = pathOf(draft, "ulimits");
  const numberOf = (value: Written): ManifestValue => keepValue(value, at, draft.importing) ?? 0;
  return Object.fromEntries(
    ulimits.entries.map(({ name, value }) => {
      if (value.kind !== "map") return [name, numberOf(value)];
      const [soft, hard] = [value.get("soft"), value.get("hard")];
      const either = soft ?? hard ?? value;
      return [name, { soft: numberOf(soft ?? either), hard: numberOf(hard ?? either) }];
    }),
  );
}

/** What `deploy` says beside limits. */
export function importDeploy(deploy: Written, draft: ServiceDraft): void {
  const { importing, name } = draft;
  if (!importing.problems.isMap(deploy, "`deploy`")) return;
  const lost = (place: Written["place"], what: string, hint?: string): void =>
    importing.notes.lost(place, { at: ["services", name], what: `\`deploy.${what}\``, hint });
  for (const { name: key, place, value } of deploy.entries) {
    if (value.isEmpty || key.startsWith("x-")) continue;
    if (key === "resources") {
      for (const part of value.entries) {
        const allowed = part.name === "limits" ? ["memory", "cpus", "pids"] : [];
        for (const each of part.value.entries)
          if (!allowed.includes(each.name)) lost(each.place, `resources.${part.name}.${each.name}`);
      }
    } else if (key === "restart_policy") importRestartPolicy(value, draft);
    else if (key === "replicas") {
      if (importing.variables.valueOf(value.text ?? "") !== "1")
        lost(place, key, refusalOf("replicas", ["services", name]));
    } else if (key !== "mode" || value.text !== "replicated") {
      lost(place, key, "A manifest describes a stack of one machine.");
    }
  }
}

function importRestartPolicy(policy: Written, draft: ServiceDraft): void {
  const { importing, out } = draft;
  if (out.has("restart")) return;
  const condition = policy.get("condition")?.text ?? "any";
  const attempts = policy.get("max_attempts")?.text;
  if (condition === "none") out.set("restart", "no");
  else if (condition === "on-failure")
    out.set("restart", attempts === undefined ? "on-failure" : `on-failure:${attempts}`);
  else {
    out.set("restart", "always");
    depart(draft, "restart");
  }
  for (const { name, place } of policy.entries) {
    if (name === "condition" || (name === "max_attempts" && condition === "on-failure")) continue;
    importing.notes.lost(place, {
      at: pathOf(draft, "restart"),
      what: `\`deploy.restart_policy.${name}\``,
      hint: "The Engine waits longer after each failure.",
    });
  }
}

/** `restart` of a service; without a bound it is a departure. */
export function importRestart(value: Written, draft: ServiceDraft): void {
  const text = keepText(value, pathOf(draft, "restart"), draft.importing) ?? "no";
  const now = draft.importing.variables.valueOf(text);
  if (now === "always" || now === "unless-stopped") depart(draft, "restart");
  draft.out.set("restart", text === "false" ? "no" : text);
  if (now === "on-failure") {
    draft.importing.notes.changed(value.place, {
      at: pathOf(draft, "restart"),
      what: "`restart: on-failure` without a number",
      message: "It is started again 5 times, and not without end.",
    });
  }
}
