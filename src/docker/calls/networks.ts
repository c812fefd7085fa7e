import type { EngineClient } from "../connection/client.ts";
import { parseForeign } from "../foreign.ts";
import { shapeOnEngine } from "../../plan/networks/network-shape.ts";
import type { Engine } from "../engine.ts";
import { engineStatus } from "../errors.ts";
import { isolationApi, networkOptions } from "../network-options.ts";
import { shortId } from "../short-id.ts";
import { createdSchema } from "./created.ts";

type NetworkCalls = Pick<Engine, "createNetwork" | "connectNetwork" | "removeNetwork">;

/** The calls about networks. */
export function networkCalls(client: EngineClient): NetworkCalls {
  return {
    async createNetwork({ name, internal, outbound, isolated, subnet, labels }, signal) {
      const shape = shapeOnEngine({ internal, outbound, isolated }, client.hasApi(isolationApi));
      const recorded = await client.recorded({ kind: "network", name, labels, signal });
      const operation = `create network ${name}`;
      const answer = await client.send({
        method: "POST",
        path: "/networks/create",
        json: {
          Name: name,
          Driver: "bridge",
          // Older engines allow several networks of one name unless told otherwise.
          CheckDuplicate: true,
          Internal: internal,
          EnableIPv6: false,
          Options: networkOptions(shape),
          IPAM: { Driver: "default", Config: [{ Subnet: subnet }] },
          Labels: Object.fromEntries(recorded),
        },
        operation,
        signal,
      });
      return parseForeign(createdSchema, answer, operation).Id;
    },
    async connectNetwork(network, container, aliases, signal) {
      const operation = `connect container ${shortId(container)} to network ${network}`;
      await client.send({
        method: "POST",
        path: `/networks/${encodeURIComponent(network)}/connect`,
        json: { Container: container, EndpointConfig: { Aliases: aliases } },
        operation,
        signal,
      });
    },
    async removeNetwork(id, signal) {
      try {
        await client.send({
          method: "DELETE",
          path: `/networks/${encodeURIComponent(id)}`,
          operation: `remove network ${shortId(id)}`,
          signal,
        });
      } catch (error) {
        if (engineStatus(error) !== 404) throw error;
      }
    },
  };
}
