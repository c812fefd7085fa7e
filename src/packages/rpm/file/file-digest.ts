import { createHash, type Hash } from "node:crypto";
import type { RpmHeader } from "../header/header.ts";
import { tags } from "../header/tags.ts";

/** Names of digests by their numbers in OpenPGP; MD5 is what very old packages have. */
const ALGORITHMS: ReadonlyMap<number, string> = new Map([
  [1, "md5"],
  [2, "sha1"],
  [8, "sha256"],
  [9, "sha384"],
  [10, "sha512"],
]);

/** Digests of a file's content, in hexadecimal. */
export interface FileDigests {
  /** As the header has it. */
  readonly own: string;
  readonly sha256: string;
}

/** Takes the content of a file piece by piece. */
export class FileHash {
  readonly #own: Hash;
  readonly #sha256: Hash | undefined;

  constructor(algorithm: string) {
    this.#own = createHash(algorithm);
    // Packages of EL9 have SHA-256 themselves: hashing is a large part of unpacking.
    this.#sha256 = algorithm === "sha256" ? undefined : createHash("sha256");
  }

  update(piece: Uint8Array): void {
    this.#own.update(piece);
    this.#sha256?.update(piece);
  }

  digests(): FileDigests {
    const own = this.#own.digest("hex");
    return { own, sha256: this.#sha256?.digest("hex") ?? own };
  }
}

/**
 * What makes the digests that a header has of its files. They find damage; what vouches for a
 * package is the digest of its payload or of the whole. Throws an `Error` for an algorithm that is
 * not known.
 */
export function fileHashOf(header: RpmHeader): () => FileHash {
  const [number = 1] = header.numbers(tags.fileDigestAlgorithm);
  const algorithm = ALGORITHMS.get(number);
  if (algorithm === undefined) {
    throw new Error(`the digests of its files are of an unknown algorithm, ${number}`);
  }
  return () => new FileHash(algorithm);
}
