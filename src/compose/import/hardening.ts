import type { Written } from "../read/written.ts";
import { depart, pathOf, type ServiceDraft } from "./draft.ts";
import { keepText, truthOf } from "./importing.ts";
import { anchors, decide, engineCapabilities } from "./imported.ts";
import { AliasOf, Anchored, type ManifestMap, type ManifestValue } from "../manifest-value.ts";

/**
 * Rights of a service as they are in compose: what is not said there, the Engine allows. Each is a
 * departure that the user has to decide about.
 */
export function importHardening(service: Written, draft: ServiceDraft): void {
  const { importing, out } = draft;
  const user = service.get("user");
  const name = user === undefined ? "" : importing.variables.valueOf(user.text ?? "");
  const isRoot = name === "" || /^(?:0+|root)(?::|$)/.test(name);
  if (user !== undefined) out.set("user", keepText(user, pathOf(draft, "user"), importing) ?? "");
  if (isRoot) depart(draft, "allow_root");
  const isReadOnly = truthOf(service.get("read_only"), importing) === true;
  if (isReadOnly) out.set("read_only", true);
  else depart(draft, "writable_root");
  const added = importCapabilities(service, draft, isRoot);
  out.set("cap_add", added);
  if (allowsNewPrivileges(service, draft) && (isRoot || added.length > 0))
    depart(draft, "new_privileges");
  for (const capability of added) depart(draft, "capabilities", capability);
  // Networks of compose lead to the Engine's machine.
  depart(draft, "host");
}

/**
 * The capabilities that are left of the Engine's own, with those that are added. A user that is not
 * root has none of them to begin with.
 */
function importCapabilities(
  service: Written,
  draft: ServiceDraft,
  isRoot: boolean,
): readonly string[] {
  const { importing, name } = draft;
  const named = (key: string): readonly string[] =>
    (service.get(key)?.items ?? []).flatMap((item) => {
      const text = importing.variables.valueOf(item.text ?? "");
      return text.toUpperCase().replace(/^CAP_/, "");
    });
  for (const key of ["cap_add", "cap_drop"]) {
    const value = service.get(key);
    if (value !== undefined && value.kind !== "list")
      importing.problems.addWrongType(value, { what: `\`${key}\``, wanted: "a list" });
  }
  const dropped = new Set(named("cap_drop"));
  const added = named("cap_add");
  if (added.includes("ALL")) {
    importing.notes.lost(service.keyPlace("cap_add"), {
      at: ["services", name, "cap_add"],
      what: "`cap_add: [ALL]`",
      hint: "Name each capability that is needed, and its reason under `policy.capabilities`.",
    });
  }
  const kept = dropped.has("ALL") || !isRoot ? [] : engineCapabilities;
  return [...new Set([...kept.filter((each) => !dropped.has(each)), ...added])]
    .filter((each) => each !== "ALL")
    .toSorted();
}

function allowsNewPrivileges(service: Written, draft: ServiceDraft): boolean {
  let isAllowed = true;
  for (const item of service.get("security_opt")?.items ?? []) {
    const text = item.text ?? "";
    if (/^no-new-privileges(?:[:=]true)?$/.test(text)) isAllowed = false;
    else if (!/^no-new-privileges[:=]false$/.test(text)) {
      draft.importing.notes.lost(item.place, {
        at: ["services", draft.name],
        what: `\`security_opt: ${text.replace(/[:=].*$/, "")}\``,
        hint: "The Engine's own profiles for system calls and access hold.",
      });
    }
  }
  return isAllowed;
}

/** What all services have that say nothing of their own. */
export function sharedService(): ManifestMap {
  return {
    read_only: false,
    init: false,
    restart: "no",
    mem_limit: "2g",
    pids_limit: 4096,
    cap_add: new AliasOf(anchors.capabilities),
    policy: new Anchored(anchors.policy, sharedPolicy()),
  };
}

function sharedPolicy(): ManifestMap {
  return {
    allow_root: decide(),
    writable_root: decide(),
    new_privileges: decide(),
    capabilities: new AliasOf(anchors.reasons),
    host: decide(),
    outbound: decide(),
  };
}

/** The policy of a service; undefined where it is the one that all share. */
export function policyOf({ policy }: ServiceDraft): ManifestMap | undefined {
  const written: ManifestMap = Object.fromEntries(
    [...policy].map(([key, points]): readonly [string, ManifestValue] => {
      if (points === true) return [key, decide()];
      if (key === "capabilities" && isEnginesOwn([...points]))
        return [key, new AliasOf(anchors.reasons)];
      return [key, Object.fromEntries([...points].map((point) => [point, decide()]))];
    }),
  );
  const shared = Object.entries(sharedPolicy());
  if (!shared.every(([key, value]) => isLike(written[key], value))) return written;
  const own = Object.entries(written).filter(([key]) => !shared.some(([each]) => each === key));
  return own.length === 0
    ? undefined
    : { "<<": new AliasOf(anchors.policy), ...Object.fromEntries(own) };
}

function isLike(one: ManifestValue | undefined, other: ManifestValue): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Whether these are the capabilities that all services share. */
export function isEnginesOwn(capabilities: readonly string[]): boolean {
  return capabilities.toSorted().join() === engineCapabilities.join();
}
