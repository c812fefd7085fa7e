import { readFile } from "node:fs/promises";

/**
 * Networks that this machine has IPv4 routes to, as CIDR, but the default route. Empty where the
 * kernel does not tell.
 */
export async function readHostRoutes(): Promise<readonly string[]> {
  const table = await readFile("/proc/net/route", "utf8").catch(() => "");
  return parseRoutes(table);
}

/** The destinations of `/proc/net/route`, whose addresses are little-endian hexadecimal. */
export function parseRoutes(table: string): readonly string[] {
  return table
    .split("\n")
    .slice(1)
    .map((line) => line.split("\t"))
    .flatMap(([, destination, , , , , , mask]) => {
      if (destination === undefined || mask === undefined || mask === "00000000") return [];
      return [`${addressOf(destination)}/${prefixLength(mask)}`];
    });
}

function addressOf(hexadecimal: string): string {
  return bytesOf(hexadecimal).join(".");
}

function prefixLength(mask: string): number {
  return bytesOf(mask).reduce(
    (length, byte) => length + byte.toString(2).replaceAll("0", "").length,
    0,
  );
}

function bytesOf(hexadecimal: string): readonly number[] {
  return (hexadecimal.match(/../gu) ?? []).map((pair) => Number.parseInt(pair, 16)).toReversed();
}
