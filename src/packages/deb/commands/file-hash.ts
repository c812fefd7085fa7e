/**
 * The order in which dpkg writes files of paths (diversions, statoverride): that of its hash table.
 *
 * Source: dpkg 1.21, lib/dpkg/fsys-hash.c; the hash is FNV-1a of the path without its first slash.
 */
export function inDpkgOrder<Item>(
  items: readonly Item[],
  pathOf: (item: Item) => string,
): readonly Item[] {
  return items.toSorted((a, b) => binOf(pathOf(a)) - binOf(pathOf(b)));
}

const BINS = 262_139;

function binOf(path: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let at = path.startsWith("/") ? 1 : 0; at < path.length; at++) {
    hash = Math.imul(hash ^ path.charCodeAt(at), 0x01_00_01_93);
  }
  return (hash >>> 0) % BINS;
}
