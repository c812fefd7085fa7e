/** A range of IPv4 addresses. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * Where private networks are placed unless told otherwise: 65,536 addresses that few sites route.
 */
export const defaultSubnetRange = "10.213.0.0/16";

/**
 * Choose subnets of one size, `/28` unless said otherwise, from a range, away from everything in
 * use. The Engine's default pools end after about 30 networks. Deterministic: the lowest free ones,
 * in order. Undefined when the range is full.
 */
export function chooseSubnets(request: {
  readonly count: number;
  readonly range: string;
  /** CIDRs of networks and routes. */
  readonly used: readonly string[];
  readonly prefix?: number;
}): readonly string[] | undefined {
  const { count, prefix = 28 } = request;
  const { start, end } = parseCidr(request.range);
  const used = request.used.filter((cidr) => /^\d+\.\d+\.\d+\.\d+\/\d+$/.test(cidr)).map(parseCidr);
  const size = 2 ** (32 - prefix);
  const chosen: string[] = [];
  for (let at = start; at < end && chosen.length < count; at += size) {
    const isTaken = used.some((range) => at < range.end && range.start < at + size);
    if (!isTaken) chosen.push(`${formatAddress(at)}/${prefix}`);
  }
  return chosen.length === count ? chosen : undefined;
}

function parseCidr(cidr: string): Range {
  const [address = "", prefix = "32"] = cidr.split("/");
  const value = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(prefix));
  const start = Math.floor(value / size) * size;
  return { start, end: start + size };
}

function formatAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}
