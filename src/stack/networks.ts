import type { Location } from "../diagnostic.ts";
import { refuseWithExternal, resolveExternal } from "./external.ts";
import type { Problems } from "./problems.ts";
import type { ResolveRequest } from "./request.ts";
import type { Network, NetworkAttachment, Service } from "./stack.ts";

interface NetworksRequest extends ResolveRequest {
  readonly problems: Problems;
  readonly locations: Map<string, Location>;
  readonly services: ReadonlyMap<string, Service>;
}

/**
 * Decide who can reach whom. A service that names `networks` is on those alone. For the others
 * there is one internal network for each edge of `depends_on`, so that two services without an edge
 * cannot connect; one that is not internal for each service with published ports (an internal
 * network publishes nothing) or with a reason to reach out; and one of its own for a service with
 * neither, so that probes have an address. The host is kept off every network on which it has
 * nobody to probe.
 */
export function resolveNetworks(request: NetworksRequest): {
  readonly networks: ReadonlyMap<string, Network>;
  readonly attached: ReadonlyMap<string, Service>;
} {
  const networks = new Map<string, Network>(namedNetworks(request));
  const attachments = new Map<string, Map<string, NetworkAttachment>>();
  for (const name of request.services.keys()) attachments.set(name, new Map());
  const { manifest } = request.loaded;
  const isNamed = (name: string): boolean => manifest.services[name]?.networks !== undefined;
  const make = (
    network: Omit<Network, "engineName" | "outbound" | "isolated">,
    members: readonly string[],
    { outbound }: Pick<Network, "outbound"> = { outbound: false },
  ): void => {
    // "a" with "b-c" and "a-b" with "c" must not meet in one network "a-b-c".
    let { name } = network;
    for (let number = 2; networks.has(name); number++) name = `${network.name}-${number}`;
    const engineName = `${manifest.name}_${name}`;
    networks.set(name, { ...network, name, engineName, outbound, isolated: false });
    for (const member of members) attachments.get(member)?.set(name, { aliases: [member] });
  };
  for (const [name, service] of request.services) {
    if (isNamed(name)) joinNamed(request, name, attachments);
    for (const target of service.dependsOn.keys()) {
      if (isNamed(name) || isNamed(target)) refuseApart(request, name, target);
      else make({ name: `${name}-${target}`, internal: true, origin: "edge" }, [name, target]);
    }
  }
  // Where the other one is not active, its edge has no network.
  const isOptional = ({ optionalDependencies = [] }: Service, network: string): boolean =>
    optionalDependencies.some((target) => attachments.get(target)?.has(network) === true);
  for (const [name, service] of request.services) {
    const own = [...(attachments.get(name)?.keys() ?? [])];
    const hasWayOut = own.some((each) => networks.get(each)?.internal === false);
    // An internal network publishes nothing, so named networks that are all internal need one more.
    if (isNamed(name) && (hasWayOut || service.ports.length === 0)) continue;
    const outbound = service.exceptions.some(({ rule }) => rule === "outbound");
    const open = { internal: false, origin: "publish" } as const;
    if (service.ports.length > 0) make({ name: `${name}-publish`, ...open }, [name], { outbound });
    else if (outbound) make({ name: `${name}-outbound`, ...open }, [name], { outbound });
    else if (own.every((network) => isOptional(service, network)))
      make({ name: `${name}-only`, internal: true, origin: "default" }, [name]);
  }
  const attached = new Map(
    [...request.services].map(([name, service]) => [
      name,
      { ...service, networks: attachments.get(name) ?? new Map<string, NetworkAttachment>() },
    ]),
  );
  return { networks: isolateUnprobed(networks, attached), attached };
}

/**
 * A probe from outside goes to a container's address, and for that the host must be on one of its
 * networks. Any that is not internal will do; a service without one is probed over its internal
 * networks, which the host then has to be on.
 */
function isolateUnprobed(
  networks: ReadonlyMap<string, Network>,
  services: ReadonlyMap<string, Service>,
): ReadonlyMap<string, Network> {
  const isInternal = (name: string): boolean => networks.get(name)?.internal === true;
  const probed = new Set(
    [...services.values()]
      .filter(({ probes }) => probes.some(({ check }) => "port" in check))
      .map((service) => [...service.networks.keys()])
      .filter((names) => names.every(isInternal))
      .flat(),
  );
  return new Map(
    [...networks].map(([name, network]) => [
      name,
      { ...network, isolated: network.internal && !probed.has(name) },
    ]),
  );
}

function namedNetworks(request: NetworksRequest): readonly (readonly [string, Network])[] {
  const { manifest, locator } = request.loaded;
  return Object.entries(manifest.networks ?? {}).map(([name, network]) => {
    request.locations.set(`networks.${name}`, locator.key(["networks", name]));
    const about = { home: "networks", key: name, written: network } as const;
    const identity = resolveExternal(request, about);
    const isOpen = network?.internal === false;
    const common = { name, ...identity, isolated: false, origin: "manifest" } as const;
    if (identity.external !== undefined) {
      refuseWithExternal(request, about, {
        internal: isOpen,
        subnet: network?.subnet !== undefined,
      });
      // What it is like is not known here; an internal one publishes nothing, which the start then
      // tells.
      return [name, { ...common, internal: false, outbound: true }];
    }
    if (isOpen && network.policy?.outbound === undefined) {
      request.problems.add(
        "exception-without-reason",
        locator.value(["networks", name, "internal"]),
        {
          message: `Network "${name}" has a way out without a reason.`,
          hint: 'Say why: policy: { outbound: "the reason" }.',
        },
      );
    }
    const subnet = network?.subnet;
    return [
      name,
      {
        ...common,
        internal: !isOpen,
        outbound: isOpen,
        ...(subnet === undefined ? {} : { subnet }),
      },
    ];
  });
}

function joinNamed(
  request: NetworksRequest,
  service: string,
  attachments: ReadonlyMap<string, Map<string, NetworkAttachment>>,
): void {
  const { manifest } = request.loaded;
  const networks = manifest.services[service]?.networks ?? [];
  const entries = Array.isArray(networks)
    ? networks.map((name, index) => ({ name, at: index, aliases: [] }))
    : Object.entries(networks).map(([name, value]) => ({
        name,
        at: name,
        aliases: value?.aliases ?? [],
      }));
  for (const { name, at, aliases } of entries) {
    if (manifest.networks !== undefined && Object.hasOwn(manifest.networks, name)) {
      attachments.get(service)?.set(name, { aliases: [service, ...aliases] });
      continue;
    }
    request.problems.addUnknown({
      code: "unknown-network",
      noun: "Network",
      name,
      path: ["services", service, "networks", at],
      home: ["networks"],
      known: Object.keys(manifest.networks ?? {}),
    });
  }
}

/** A service that names its networks must share one with each service that it depends on. */
function refuseApart(request: NetworksRequest, service: string, target: string): void {
  const { manifest, locator } = request.loaded;
  const namesOf = (name: string): readonly string[] => {
    const networks = manifest.services[name]?.networks ?? [];
    return Array.isArray(networks) ? networks : Object.keys(networks);
  };
  const shared = namesOf(service).some((name) => namesOf(target).includes(name));
  if (shared) return;
  request.problems.add("invalid-value", locator.value(["services", service, "depends_on"]), {
    message: `"${service}" depends on "${target}", but they share no network.`,
    hint: "Name one network in both, or leave `networks` out of both.",
  });
}
