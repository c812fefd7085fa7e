import { createHash, type Hash } from "node:crypto";
import type { RpmHeader } from "./header.ts";
import { tags } from "./tags.ts";

/** Names of digests by their numbers in OpenPGP; MD5 is what very old packages have. */
const ALGORITHMS: ReadonlyMap<number, string> = new Map([
  [1, "md5"],
  [2, "sha1"],
  [8, "sha256"],
  [9, "sha384"],
  [10, "sha512"],
]);

/**
 * What makes the digests that a header has of its files. They find damage; what vouches for a
 * package is the digest of its payload or of the whole. Throws an `Error` for an algorithm that is
 * not known.
 */
export function fileHashOf(header: RpmHeader): () => Hash {
  const [number = 1] = header.numbers(tags.fileDigestAlgorithm);
  const algorithm = ALGORITHMS.get(number);
  if (algorithm === undefined) {
    throw new Error(`the digests of its files are of an unknown algorithm, ${number}`);
  }
  return () => createHash(algorithm);
}
