import type { NetworkShape } from "../plan/networks/network-shape.ts";

/**
 * API that Engine 28.0 came with: the first whose internal bridges can be without the host, and
 * that tells a program at once that a name is unknown where it has nobody to ask. Older ones say
 * nothing then, so that each look for a stopped service takes seconds: there the way out of
 * published ports stays open, and `verify` tells of it.
 */
export const isolationApi = "1.48";

const masquerade = "com.docker.network.bridge.enable_ip_masquerade";
const gatewayMode = "com.docker.network.bridge.gateway_mode_ipv4";

/**
 * Options of the bridge driver. Without masquerading a published port answers as before, while what
 * the container itself sends leaves with an address that nobody outside has a route to. Isolated,
 * the bridge has no address of the host.
 */
export function networkOptions(network: NetworkShape): Readonly<Record<string, string>> {
  return {
    ...(network.internal || network.outbound ? {} : { [masquerade]: "false" }),
    ...(network.isolated ? { [gatewayMode]: "isolated" } : {}),
  };
}

/** What the options of a bridge network, as the Engine lists them, mean. */
export function readNetworkOptions(
  internal: boolean,
  options: Readonly<Record<string, string>>,
): { readonly outbound: boolean; readonly isolated: boolean } {
  return {
    outbound: !internal && !/^(?:false|f|0)$/iu.test(options[masquerade] ?? "true"),
    isolated: internal && options[gatewayMode] === "isolated",
  };
}
