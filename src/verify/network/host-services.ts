import { readFile } from "node:fs/promises";
import * as z from "zod";
import type { RunningService, Target, TryConnections } from "./reachability.ts";
import type { HostReach } from "../subject.ts";

/** A TCP port of the host that something listens on. */
export interface Listening {
  /** `0.0.0.0` and `::` are every address of the host. */
  readonly address: string;
  readonly port: number;
}

/** LISTEN in `/proc/net/tcp`. Source: proc(5), include/net/tcp_states.h of Linux. */
const listenState = "0A";

/**
 * What the host listens on, from the text of `/proc/net/tcp` or `tcp6`. Of IPv6 only the wildcard
 * is told.
 */
export function parseListening(table: string): readonly Listening[] {
  return table.split("\n").flatMap((line) => {
    const [, , local = "", , state] = /^\s*(\d+:)\s+(\S+)\s+(\S+)\s+(\S+)/.exec(line) ?? [];
    const [address = "", port = ""] = local.split(":");
    if (state !== listenState) return [];
    const named = address.length === 8 ? ipv4(address) : /^0+$/.test(address) ? "::" : undefined;
    return named === undefined ? [] : [{ address: named, port: Number.parseInt(port, 16) }];
  });
}

/**
 * The kernel writes an IPv4 address as one number in the machine's order, which is little endian on
 * amd64 and arm64.
 */
function ipv4(hex: string): string {
  const bytes = hex.match(/../g) ?? [];
  return bytes
    .toReversed()
    .map((byte) => Number.parseInt(byte, 16))
    .join(".");
}

/**
 * What this machine listens on, which is the Engine's when it is local; undefined where it cannot
 * be known.
 */
export async function readListening(): Promise<readonly Listening[] | undefined> {
  const tables = await Promise.all(
    ["/proc/net/tcp", "/proc/net/tcp6"].map((file) =>
      readFile(file, "utf8").catch(() => undefined),
    ),
  );
  const known = tables.filter((table) => table !== undefined);
  return known.length === 0 ? undefined : known.flatMap(parseListening);
}

const networksSchema = z.object({
  NetworkSettings: z.object({
    Networks: z
      .record(
        z.string(),
        z
          .object({
            Gateway: z.string().nullish(),
            IPAddress: z.string().nullish(),
            IPPrefixLen: z.number().nullish(),
          })
          .nullish(),
      )
      .nullish(),
  }),
});

/**
 * The host's addresses in the networks of a container, from its inspection. Engine 28 names none
 * for an internal network, although the host is on it all the same, by the first address of the
 * subnet; on an isolated network the host is not.
 */
export function gatewaysOf(inspection: unknown, isolated: ReadonlySet<string>): readonly string[] {
  const parsed = networksSchema.safeParse(inspection);
  const networks = parsed.success ? (parsed.data.NetworkSettings.Networks ?? {}) : {};
  return Object.entries(networks).flatMap(([name, network]) => {
    if (isolated.has(name)) return [];
    const { Gateway, IPAddress, IPPrefixLen } = network ?? {};
    if (Gateway) return [Gateway];
    const first = IPAddress && IPPrefixLen ? firstAddress(IPAddress, IPPrefixLen) : undefined;
    return first ?? [];
  });
}

/** The first address that a host may have in the IPv4 subnet of an address. */
function firstAddress(address: string, prefix: number): string | undefined {
  const bytes = address.split(".").map(Number);
  if (bytes.length !== 4 || prefix > 30) return undefined;
  const number = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  const first = number - (number % 2 ** (32 - prefix)) + 1;
  return [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join(".");
}

/** Ports are tried in this number at most: a host that listens on more is told by these. */
const triedPorts = 32;

/**
 * Which services of the host each service reaches through its gateways. An internal network has no
 * way out, but the host is on it, and answers on every port that listens on all of its addresses
 * unless a firewall forbids it.
 */
export async function observeHostReach(options: {
  readonly running: ReadonlyMap<string, RunningService>;
  readonly listening: readonly Listening[];
  readonly tryConnections: TryConnections;
}): Promise<readonly HostReach[]> {
  const { running, listening, tryConnections } = options;
  return Promise.all(
    [...running.values()].map(async (from): Promise<HostReach> => {
      const service = from.service.name;
      const tried = await tryConnections(from, targetsOf(from.gateways, listening));
      if (tried === undefined) return { service, reached: [], failure: undefined };
      if ("failure" in tried) return { service, reached: [], failure: tried.failure };
      const open = tried.filter(({ result }) => result === "open");
      return {
        service,
        reached: open.map(({ host, port }) => `${host}:${port}`),
        failure: undefined,
      };
    }),
  );
}

function targetsOf(
  gateways: readonly string[],
  listening: readonly Listening[],
): readonly Target[] {
  return gateways.flatMap((host) => {
    const ports = listening
      .filter(({ address }) => address === "0.0.0.0" || address === "::" || address === host)
      .map(({ port }) => port);
    return [...new Set(ports)]
      .toSorted((one, other) => one - other)
      .slice(0, triedPorts)
      .map((port) => ({ host, port }));
  });
}
