import type { SignerRequest } from "../family.ts";
import { keysOf } from "./keys/of.ts";
import { verifyPackage } from "./verify-package.ts";

/**
 * The fingerprint of the primary key that signed a package. Throws `signature-invalid`,
 * `package-corrupt`.
 */
export async function signerOf({ os, file, expected, keys }: SignerRequest): Promise<string> {
  return await verifyPackage(file, { keys: keys ?? keysOf(os), expected });
}
