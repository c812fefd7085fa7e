import { shown } from "../../archive/name.ts";
import type { SignerRequest } from "../family.ts";
import { keysOf } from "./keys/of.ts";
import { readPackageFile } from "./file/package-file.ts";
import { refused } from "./refusals.ts";
import { sourcePackageOf } from "./header/source-package.ts";
import { tags } from "./header/tags.ts";
import { verifyPackage } from "./file/verify-package.ts";

/**
 * The fingerprint of the primary key that signed a package. The list of packages that says what it
 * has to be is signed by nobody: what else the lock takes from there is compared, too. Throws
 * `signature-invalid`, `package-corrupt`.
 */
export async function signerOf({ os, file, expected, keys }: SignerRequest): Promise<string> {
  const signedBy = await verifyPackage(file, { keys: keys ?? keysOf(os), expected });
  const { header } = await readPackageFile(file);
  const { source, sourceVersion } = sourcePackageOf(header.text(tags.sourceRpm), expected);
  const [listed, signed] = [
    `${expected.source} ${expected.sourceVersion}`,
    `${source} ${sourceVersion}`,
  ];
  if (listed === signed) return signedBy;
  throw refused(expected, "its repository says another source of it than the package itself", [
    `Expected: ${listed}`,
    `Found: ${shown(signed)}`,
  ]);
}
