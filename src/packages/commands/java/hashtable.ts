/**
 * The order in which `java.util.Hashtable` gives keys that were put in one after the other, each
 * once. Key stores are written in it.
 *
 * Source: OpenJDK 17, java/util/Hashtable.java.
 */
export function inHashtableOrder(keys: readonly string[]): readonly string[] {
  let buckets: string[][] = emptyBuckets(11);
  let count = 0;
  for (const key of keys) {
    if (count >= Math.trunc(buckets.length * 0.75)) buckets = rehashed(buckets);
    bucketOf(buckets, key).unshift(key);
    count++;
  }
  return buckets.toReversed().flat();
}

function rehashed(before: readonly (readonly string[])[]): string[][] {
  const buckets = emptyBuckets(2 * before.length + 1);
  for (const bucket of before.toReversed()) {
    for (const key of bucket) bucketOf(buckets, key).unshift(key);
  }
  return buckets;
}

function emptyBuckets(size: number): string[][] {
  return Array.from({ length: size }, () => []);
}

function bucketOf(buckets: readonly string[][], key: string): string[] {
  let hash = 0;
  for (let at = 0; at < key.length; at++) hash = (Math.imul(hash, 31) + key.charCodeAt(at)) | 0;
  return buckets[(hash & 0x7f_ff_ff_ff) % buckets.length] ?? [];
}
