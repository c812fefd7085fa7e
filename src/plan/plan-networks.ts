import { QclockError } from "../error.ts";
import type { Network } from "../stack/stack.ts";
import type { ObservedNetwork } from "./observed.ts";
import type { Planning } from "./reconcile.ts";
import { chooseSubnets, defaultSubnetRange } from "./subnets.ts";

/** What of a network's declaration, if it changes, means another network. */
export function networkHash({ internal, subnet }: Network): string {
  return `internal=${internal};subnet=${subnet ?? "any"}`;
}

/** Names in the Engine of networks that must be made again since their declaration changed. */
export function divergedNetworks(planning: Planning): ReadonlySet<string> {
  const observed = new Map(planning.observed.networks.map((network) => [network.name, network]));
  const diverged = neededNetworks(planning).filter((network) => {
    const present = observed.get(network.engineName);
    return present !== undefined && present.ours && present.configHash !== networkHash(network);
  });
  return new Set(diverged.map(({ engineName }) => engineName));
}

/** Make the networks that are missing, each with a subnet of its own away from everything in use. */
export function planNetworks(planning: Planning): void {
  const { draft, observed } = planning;
  const present = new Map(observed.networks.map((network) => [network.name, network]));
  const diverged = divergedNetworks(planning);
  const missing: Network[] = [];
  for (const network of neededNetworks(planning)) {
    const found = present.get(network.engineName);
    refuseForeign(network, found);
    if (found !== undefined && !diverged.has(network.engineName))
      draft.keep("network", network.name, "exists");
    else missing.push(network);
  }
  const subnets = chooseSubnets({
    count: missing.length,
    range: defaultSubnetRange,
    used: [
      ...observed.usedSubnets,
      ...missing.flatMap(({ subnet }) => (subnet === undefined ? [] : [subnet])),
    ],
  });
  if (subnets === undefined) {
    throw new QclockError(
      "foreign-object",
      `No free subnet is left in ${defaultSubnetRange} for the stack's networks.`,
      {
        hint: "Remove networks that nobody uses (`docker network ls`), or give `subnet` to the networks of the manifest.",
      },
    );
  }
  for (const [index, network] of missing.entries()) {
    const old = present.get(network.engineName);
    const removed = old === undefined ? undefined : replaceNetwork(planning, old);
    draft.add(
      `network:${network.name}`,
      {
        type: "create-network",
        network: network.name,
        subnet: network.subnet ?? subnets[index] ?? "",
      },
      old === undefined ? "not found" : "its declaration changed",
      [removed],
    );
  }
}

/** The containers on a network must go before it can; they are made again, since their definition names it. */
function replaceNetwork(planning: Planning, network: ObservedNetwork): string {
  const { draft, observed } = planning;
  const attached = observed.containers.filter(
    ({ ours, networks }) => ours && networks.includes(network.name),
  );
  const removals = attached.map(({ id, name, service }) => {
    const grace = planning.stack.services.get(service ?? "")?.stopGracePeriodMs ?? 10_000;
    const key = service ?? name;
    if (draft.has(`remove:${key}`)) return `remove:${key}`;
    const stopped = draft.add(
      `stop:${key}`,
      { type: "stop-container", name, id, gracePeriodMs: grace },
      `network ${network.key ?? network.name} changed`,
    );
    return draft.add(
      `remove:${key}`,
      { type: "remove-container", name, id },
      `network ${network.key ?? network.name} changed`,
      [stopped],
    );
  });
  return draft.add(
    `remove-network:${network.key ?? network.name}`,
    { type: "remove-network", name: network.name, id: network.id },
    "its declaration changed",
    removals,
  );
}

function neededNetworks({ stack, services }: Planning): readonly Network[] {
  const names = new Set(services.flatMap(({ networks }) => [...networks.keys()]));
  return [...stack.networks.values()].filter(({ name }) => names.has(name));
}

function refuseForeign(network: Network, found: ObservedNetwork | undefined): void {
  if (found === undefined || found.ours) return;
  throw new QclockError(
    "foreign-object",
    `A network named ${network.engineName} exists, but is not this stack's.`,
    {
      hint: `Remove it (docker network rm ${network.engineName}), or give the stack another name.`,
    },
  );
}
