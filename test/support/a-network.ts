import type { Network } from "../../src/stack/stack.ts";

/** A network of a stack: an internal one for an edge, named as qclock names it. */
export function aNetworkIn(stack: string, name: string, parts: Partial<Network> = {}): Network {
  return {
    name,
    engineName: `${stack}_${name}`,
    internal: true,
    outbound: false,
    isolated: false,
    origin: "edge",
    ...parts,
  };
}

/** The network of a stack that publishes its ports. */
export function aPublishNetworkIn(stack: string, parts: Partial<Network> = {}): Network {
  return aNetworkIn(stack, "publish", { internal: false, origin: "publish", ...parts });
}
