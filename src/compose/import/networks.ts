import { refusalOf } from "../../manifest/keys/refused-keys.ts";
import type { Written } from "../read/written.ts";
import { depart, pathOf, type ServiceDraft } from "./draft.ts";
import { type Importing, keepList, keepText, truthOf } from "./importing.ts";
import { decide } from "./imported.ts";
import type { ManifestMap, ManifestValue } from "../manifest-value.ts";
import type { ManifestNames } from "./names.ts";

/** The network that services are on that name none. */
export const defaultNetwork = "default";

/**
 * The networks of the manifest. Compose gives every network a way out but those that are internal;
 * so does the manifest, with a reason to decide about.
 */
export function importNetworks(
  section: Written | undefined,
  importing: Importing,
  names: ManifestNames,
): ReadonlyMap<string, ManifestMap> {
  const networks = new Map<string, ManifestMap>();
  for (const { name, value } of section?.entries ?? []) {
    const key = names.nameFor(name);
    networks.set(key, networkOf(value, ["networks", key], importing));
  }
  return networks;
}

/** A network as compose makes one of which nothing is said. */
export function openNetwork(): ManifestMap {
  return { internal: false, policy: { outbound: decide() } };
}

/** Whether a network has a way out, and is the stack's own. */
export function isOpen({ internal, external }: ManifestMap): boolean {
  return internal === false && external !== true;
}

function networkOf(value: Written, at: readonly string[], importing: Importing): ManifestMap {
  if (!importing.problems.isMap(value, "A network")) return openNetwork();
  const external = externalOf(value, at, importing);
  if (external !== undefined) return external;
  const subnet = value
    .get("ipam")
    ?.get("config")
    ?.items.find((item) => item.get("subnet")?.text?.includes(":") === false)
    ?.get("subnet");
  for (const { name, place, value: each } of value.entries) {
    if (name === "internal" || each.isEmpty || each.value === false) continue;
    if (name === "driver" && ["bridge", "default"].includes(each.text ?? "")) continue;
    if (name === "ipam") refuseOfIpam(each, at, importing);
    else if (name === "name") changedName(each, at, importing);
    else if (!name.startsWith("x-") && name !== "attachable") {
      const hint = refusalOf(name, ["networks", "x"]);
      importing.notes.lost(place, { at, what: `\`networks.${name}\``, hint });
    }
  }
  const isInternal = truthOf(value.get("internal"), importing) === true;
  return {
    ...(isInternal ? { internal: true } : openNetwork()),
    ...(subnet === undefined ? {} : { subnet: keepText(subnet, at, importing) ?? "" }),
  };
}

function refuseOfIpam(ipam: Written, at: readonly string[], { notes }: Importing): void {
  let isFirst = true;
  for (const { name, place, value } of ipam.entries) {
    if (name === "driver" && value.text === "default") continue;
    if (name !== "config") notes.lost(place, { at, what: `\`networks.ipam.${name}\`` });
    for (const item of name === "config" ? value.items : []) {
      for (const { name: option, place: where } of item.entries) {
        if (option === "subnet" && isFirst) isFirst = false;
        else {
          notes.lost(where, {
            at,
            what: `\`networks.ipam.config.${option}\``,
            hint: "Of a network's addresses a manifest gives one `subnet`, of IPv4.",
          });
        }
      }
    }
  }
}

/** A thing of somebody else's; undefined where it is the stack's own. */
export function externalOf(
  value: Written,
  at: readonly string[],
  importing: Importing,
): ManifestMap | undefined {
  const external = value.get("external");
  if (external === undefined || (external.kind !== "map" && truthOf(external, importing) !== true))
    return undefined;
  // `external: { name: … }` is the form of old compose files.
  const name = value.get("name") ?? external.get("name");
  return {
    external: true,
    ...(name === undefined ? {} : { name: keepText(name, at, importing) ?? "" }),
    policy: { external: decide() },
  };
}

/** A name in the Engine that compose gives to something of its own. */
export function changedName(value: Written, at: readonly string[], { notes }: Importing): void {
  notes.changed(value.place, {
    at,
    what: "`name` of networks and volumes",
    message: `It is not named ${value.text ?? ""} in the Engine: what a stack makes is named <stack>_${at.at(-1) ?? ""}.`,
    hint: "What others make and keep is used by its name with `external: true`.",
  });
}

/** The networks that a service joins. */
export function importAttachments(value: Written | undefined, draft: ServiceDraft): ManifestValue {
  const { importing, stack, key, name } = draft;
  const at = pathOf(draft, "networks");
  const further = [...(stack.aliases.get(key) ?? []), ...(key === name ? [] : [key])];
  const joined = new Map<string, readonly string[]>();
  if (value === undefined) joined.set(defaultNetwork, further);
  else if (value.kind === "map") {
    for (const { name: network, value: options } of value.entries) {
      const aliases = options.get("aliases");
      const own = aliases === undefined ? [] : keepList(aliases, at, importing);
      joined.set(stack.networkNames.nameFor(network), [...new Set([...own, ...further])]);
      for (const { name: option, place, value: each } of options.entries) {
        if (option === "aliases" || each.isEmpty) continue;
        importing.notes.lost(place, {
          at,
          what: `\`networks.*.${option}\` of a service`,
          hint: refusalOf(option, ["services", name, "networks", "x"]),
        });
      }
    }
  } else {
    for (const network of keepList(value, at, importing))
      joined.set(stack.networkNames.nameFor(network), further);
  }
  if ([...joined.keys()].some((each) => stack.openNetworks.has(each))) depart(draft, "outbound");
  if ([...joined.values()].every((aliases) => aliases.length === 0)) return [...joined.keys()];
  return Object.fromEntries(
    [...joined].map(([network, aliases]) => [network, aliases.length === 0 ? null : { aliases }]),
  );
}
