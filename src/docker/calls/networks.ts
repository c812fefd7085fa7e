import type { EngineClient } from "../connection/client.ts";
import { shapeOnEngine } from "../../plan/network-shape.ts";
import type { Engine } from "../engine.ts";
import { engineStatus } from "../errors.ts";
import { isolationApi, networkOptions } from "../network-options.ts";
import { shortId } from "../short-id.ts";

type NetworkCalls = Pick<Engine, "createNetwork" | "connectNetwork" | "removeNetwork">;

/** The calls about networks. */
export function networkCalls(client: EngineClient): NetworkCalls {
  return {
    async createNetwork({ name, internal, outbound, isolated, subnet, labels }, signal) {
      const shape = shapeOnEngine({ internal, outbound, isolated }, client.hasApi(isolationApi));
      const recorded = await client.recorded({ kind: "network", name, labels, signal });
      const network = await client.change(
        { operation: `create network ${name}`, signal },
        (dockerode, abortSignal) =>
          dockerode.createNetwork({
            Name: name,
            Driver: "bridge",
            // Older engines allow several networks of one name unless told otherwise.
            CheckDuplicate: true,
            Internal: internal,
            EnableIPv6: false,
            Options: networkOptions(shape),
            IPAM: { Driver: "default", Config: [{ Subnet: subnet }] },
            Labels: Object.fromEntries(recorded),
            abortSignal,
          }),
      );
      return network.id;
    },
    async connectNetwork(network, container, aliases, signal) {
      const operation = `connect container ${shortId(container)} to network ${network}`;
      const options = { Container: container, EndpointConfig: { Aliases: [...aliases] } };
      await client.change({ operation, signal }, (dockerode, abortSignal) => {
        const abortable = { ...options, abortSignal };
        return dockerode.getNetwork(network).connect(abortable);
      });
    },
    async removeNetwork(id, signal) {
      try {
        await client.change(
          { operation: `remove network ${shortId(id)}`, signal },
          (dockerode, abortSignal) => dockerode.getNetwork(id).remove({ abortSignal }),
        );
      } catch (error) {
        if (engineStatus(error) !== 404) throw error;
      }
    },
  };
}
