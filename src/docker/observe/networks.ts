import { byName } from "../../order.ts";
import * as z from "zod/mini";
import type { ObservedNetwork } from "../../plan/observed.ts";
import { labels } from "../../stack/labels.ts";
import { isOurs } from "../../stack/ownership.ts";
import { parseForeign } from "../foreign.ts";
import { readNetworkOptions } from "../network-options.ts";
import { labelsSchema, type Look, timeOf } from "./look.ts";

const networksSchema = z.array(
  z.object({
    Id: z.string(),
    Name: z.string(),
    Internal: z._default(z.boolean(), false),
    Created: z.optional(z.string()),
    Labels: labelsSchema,
    Options: z.nullish(z.record(z.string(), z.string())),
    IPAM: z.nullish(
      z.object({ Config: z.nullish(z.array(z.object({ Subnet: z.optional(z.string()) }))) }),
    ),
  }),
);

type ListedNetwork = z.infer<typeof networksSchema>[number];

/**
 * The stack's networks with those that bear its names or its label, and the subnets of every
 * network of the Engine, whoever's: a new one must avoid them all.
 */
export async function observeNetworks({ client, request, signal }: Look): Promise<{
  readonly networks: readonly ObservedNetwork[];
  readonly subnets: readonly string[];
}> {
  const operation = "list the networks";
  const listed = parseForeign(
    networksSchema,
    await client.http.get({ path: "/networks", operation, signal }),
    operation,
  );
  const names = new Set(request.networkNames);
  return {
    networks: listed
      .filter(({ Name, Labels }) => names.has(Name) || Labels.get(labels.stack) === request.stack)
      .map((network) => observedNetwork(network, request.stack))
      .toSorted(byName),
    subnets: listed.flatMap(subnetsOf),
  };
}

function observedNetwork(
  { Id, Name, Created = "", Internal, Labels, Options, IPAM }: ListedNetwork,
  stack: string,
): ObservedNetwork {
  const key = Labels.get(labels.network);
  const configHash = Labels.get(labels.configHash);
  return {
    id: Id,
    name: Name,
    ours: isOurs({
      kind: "network",
      stack,
      name: Name,
      labels: Labels,
      createdAtMs: timeOf(Created),
    }),
    ...(key === undefined ? {} : { key }),
    ...(configHash === undefined ? {} : { configHash }),
    internal: Internal,
    ...readNetworkOptions(Internal, Options ?? {}),
    subnets: subnetsOf({ IPAM }),
  };
}

function subnetsOf({ IPAM }: Pick<ListedNetwork, "IPAM">): readonly string[] {
  return (IPAM?.Config ?? []).flatMap(({ Subnet = "" }) => (Subnet === "" ? [] : [Subnet]));
}
