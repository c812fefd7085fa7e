import { QclockError } from "../../error.ts";
import type { Network } from "../../stack/stack.ts";
import type { EngineFacts, ObservedNetwork } from "../observed.ts";
import type { Planning } from "../planning.ts";
import { keepExternal } from "../keep-external.ts";
import { shapeOnEngine } from "./network-shape.ts";
import { refuseNetworkUsers } from "../taking/foreign-users.ts";
import { chooseSubnets, defaultSubnetRange } from "./subnets.ts";

/** What of a network's declaration, if it changes, means another network. */
export function networkHash({ internal, subnet }: Network): string {
  return `internal=${internal};subnet=${subnet ?? "any"}`;
}

/**
 * Why a network must be made again; undefined when it is as declared. The label says what was asked
 * for; whether it has a way out, and whether the host is on it, is what the Engine says.
 */
export function networkDivergence(
  network: Network,
  present: ObservedNetwork,
  engine: Pick<EngineFacts, "isolatesNetworks">,
): string | undefined {
  const { outbound, isolated } = shapeOnEngine(network, engine.isolatesNetworks);
  if (present.configHash !== networkHash(network) || present.internal !== network.internal)
    return "its declaration changed";
  if (present.outbound !== outbound)
    return present.outbound ? "it has a way out" : "it has no way out";
  if (present.isolated === isolated) return undefined;
  return isolated ? "the host is on it" : "the host is not on it, and probes need it";
}

/**
 * Names in the Engine of networks that must be made again since they are not as declared, each with
 * the reason.
 */
export function divergedNetworks(
  planning: Pick<Planning, "stack" | "observed" | "services">,
): ReadonlyMap<string, string> {
  const { engine } = planning.observed;
  const observed = new Map(planning.observed.networks.map((network) => [network.name, network]));
  const diverged = new Map<string, string>();
  for (const network of neededNetworks(planning)) {
    if (network.external !== undefined) continue;
    const present = observed.get(network.engineName);
    const cause = present?.ours === true ? networkDivergence(network, present, engine) : undefined;
    if (cause !== undefined) diverged.set(network.engineName, cause);
  }
  return diverged;
}

/**
 * Make the networks that are missing, each with a subnet of its own away from everything in use.
 */
export function planNetworks(planning: Planning): void {
  const { draft, observed } = planning;
  const byName = Map.groupBy(observed.networks, ({ name }) => name);
  const present = new Map(observed.networks.map((network) => [network.name, network]));
  const foreign = new Set(observed.networks.filter(({ ours }) => !ours).map(({ name }) => name));
  const diverged = divergedNetworks(planning);
  const missing: Network[] = [];
  for (const network of neededNetworks(planning)) {
    const found = present.get(network.engineName);
    if (network.external !== undefined) {
      keepExternal(draft, { kind: "network", thing: network, isPresent: found !== undefined });
      continue;
    }
    // Engines before 25 may have two of one name; with a foreign one among them the name leads
    // anywhere.
    if (foreign.has(network.engineName)) throw foreignNetwork(network);
    removeDoubles(planning, network, (byName.get(network.engineName) ?? []).slice(0, -1));
    if (found !== undefined && !diverged.has(network.engineName))
      draft.keep("network", network.name, "exists");
    else missing.push(network);
  }
  const subnets = subnetsFor(planning, missing);
  for (const network of missing) {
    const old = present.get(network.engineName);
    const cause = diverged.get(network.engineName) ?? "its declaration changed";
    const removed = old === undefined ? undefined : replaceNetwork(planning, old, cause);
    draft.add(
      `network:${network.name}`,
      {
        type: "create-network",
        network: network.name,
        subnet: network.subnet ?? subnets.get(network.name) ?? "",
      },
      old === undefined ? "not found" : cause,
      [removed],
    );
  }
}

/**
 * Engines before 25 give one name to two networks that are asked for at once, and can then start
 * nothing on either.
 */
function removeDoubles(
  { draft, observed }: Planning,
  { name: key }: Network,
  others: readonly ObservedNetwork[],
): void {
  for (const { id, name, ours } of others) {
    if (!ours) continue;
    refuseNetworkUsers(observed, { id, name: id });
    const operation = { type: "remove-network", name, id } as const;
    draft.add(`remove-network:${key}:${id.slice(0, 12)}`, operation, "another one has its name");
  }
}

/**
 * How many containers a /28 has room for, beside the network, its gateway and the broadcast
 * address.
 */
const SMALL = 13;

/** A subnet for each network that names none, with room for everyone on it. */
function subnetsFor(
  { stack, observed }: Planning,
  networks: readonly Network[],
): ReadonlyMap<string, string> {
  const used = [...observed.usedSubnets, ...networks.flatMap(({ subnet }) => subnet ?? [])];
  const members = new Map<string, number>();
  for (const { networks: joined } of stack.services.values())
    for (const key of joined.keys()) members.set(key, (members.get(key) ?? 0) + 1);
  const free = networks.filter(({ subnet }) => subnet === undefined);
  const [small, large] = [
    free.filter(({ name }) => (members.get(name) ?? 0) <= SMALL),
    free.filter(({ name }) => (members.get(name) ?? 0) > SMALL),
  ];
  const found = new Map<string, string>();
  const take = (some: readonly Network[], prefix: number): void => {
    const range = defaultSubnetRange;
    const chosen = chooseSubnets({ count: some.length, range, used, prefix });
    if (chosen === undefined) throw exhausted();
    for (const [index, { name }] of some.entries()) found.set(name, chosen[index] ?? "");
    used.push(...chosen);
  };
  // Few networks are large; the many small ones are chosen at once.
  for (const network of large)
    take([network], 32 - Math.ceil(Math.log2((members.get(network.name) ?? 0) + 3)));
  take(small, 28);
  return found;
}

function exhausted(): QclockError {
  return new QclockError(
    "engine-failed",
    `No free subnet is left in ${defaultSubnetRange} for the stack's networks.`,
    {
      hint: "Remove networks that nobody uses (`docker network ls`), or give `subnet` to the networks of the manifest.",
    },
  );
}

/**
 * The containers on a network must go before it can; they are made again, since their definition
 * names it.
 */
function replaceNetwork(
  { draft, observed }: Planning,
  network: ObservedNetwork,
  cause: string,
): string {
  refuseNetworkUsers(observed, network);
  const attached = observed.containers.filter(({ networks }) => networks.includes(network.name));
  return draft.add(
    `remove-network:${network.key ?? network.name}`,
    { type: "remove-network", name: network.name, id: network.id },
    cause,
    attached.map(({ service, name }) => `remove:${service ?? name}`),
  );
}

function neededNetworks({
  stack,
  services,
}: Pick<Planning, "stack" | "services">): readonly Network[] {
  const names = new Set(services.flatMap(({ networks }) => [...networks.keys()]));
  return [...stack.networks.values()].filter(({ name }) => names.has(name));
}

function foreignNetwork(network: Network): QclockError {
  return new QclockError(
    "foreign-object",
    `A network named ${network.engineName} exists, but is not this stack's.`,
    {
      hint: `Remove it (docker network rm ${network.engineName}), or give the stack another name.`,
    },
  );
}
