import type { Network } from "../../stack/stack.ts";

/** What of a network the options of its bridge decide. */
export type NetworkShape = Pick<Network, "internal" | "outbound" | "isolated">;

/**
 * A network as an Engine that can or cannot isolate makes it. One that cannot keeps the host on
 * every network, and leaves those that publish ports a way out: without it, it would answer nothing
 * for a name that it does not know, for which a program then waits.
 */
export function shapeOnEngine(
  { internal, outbound, isolated }: NetworkShape,
  isolatesNetworks: boolean,
): NetworkShape {
  return {
    internal,
    outbound: outbound || (!internal && !isolatesNetworks),
    isolated: isolated && isolatesNetworks,
  };
}
