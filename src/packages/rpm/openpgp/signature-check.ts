import { constants, createVerify, type Verify } from "node:crypto";
import type { RsaKey } from "./public-key.ts";
import type { Signature } from "./signature.ts";

/** Compares a signature with bytes that come in pieces. */
export class SignatureCheck {
  readonly #signature: Signature;
  readonly #rsa: RsaKey;
  readonly #verify: Verify;

  constructor(signature: Signature, rsa: RsaKey) {
    this.#signature = signature;
    this.#rsa = rsa;
    this.#verify = createVerify(signature.hash);
  }

  update(bytes: Uint8Array): void {
    this.#verify.update(bytes);
  }

  /** Whether the key signed exactly the bytes that were given; to be asked once. */
  isGood(): boolean {
    const { trailer, value } = this.#signature;
    const { key, modulusBytes } = this.#rsa;
    if (value.length > modulusBytes) return false;
    this.#verify.update(trailer);
    // The packet leaves out leading zeros, which the library wants to have.
    const padded = Buffer.alloc(modulusBytes);
    padded.set(value, modulusBytes - value.length);
    return this.#verify.verify({ key, padding: constants.RSA_PKCS1_PADDING }, padded);
  }
}
