import * as z from "zod/mini";
import type { ObservedNetwork } from "../../plan/observed.ts";
import { labels } from "../../stack/labels.ts";
import { parseForeign } from "../foreign.ts";
import { byName, labelsSchema, type Look } from "./look.ts";

const networksSchema = z.array(
  z.object({
    Id: z.string(),
    Name: z.string(),
    Internal: z._default(z.boolean(), false),
    Labels: labelsSchema,
    IPAM: z.nullish(
      z.object({ Config: z.nullish(z.array(z.object({ Subnet: z.optional(z.string()) }))) }),
    ),
  }),
);

type ListedNetwork = z.infer<typeof networksSchema>[number];

/** Every network of the Engine, whoever's: a new subnet must avoid them all. */
export async function observeNetworks({
  client,
  request,
  signal,
}: Look): Promise<readonly ObservedNetwork[]> {
  const operation = "list the networks";
  const listed = parseForeign(
    networksSchema,
    await client.http.get({ path: "/networks", operation, signal }),
    operation,
  );
  return listed.map((network) => observedNetwork(network, request.stack)).toSorted(byName);
}

function observedNetwork(
  { Id, Name, Internal, Labels, IPAM }: ListedNetwork,
  stack: string,
): ObservedNetwork {
  const key = Labels.get(labels.network);
  const configHash = Labels.get(labels.configHash);
  return {
    id: Id,
    name: Name,
    ours: Labels.get(labels.stack) === stack,
    ...(key === undefined ? {} : { key }),
    ...(configHash === undefined ? {} : { configHash }),
    internal: Internal,
    subnets: (IPAM?.Config ?? []).flatMap(({ Subnet = "" }) => (Subnet === "" ? [] : [Subnet])),
  };
}
