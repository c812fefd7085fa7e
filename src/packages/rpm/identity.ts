import type { PackageId } from "../package.ts";
import type { UnpackedPackage } from "../unpacked.ts";
import { RpmHeader } from "./header/header.ts";
import { nevraOf } from "./header/nevra.ts";

/**
 * What is wrong with a package's header beside what the lock says of the package; undefined when it
 * says the same. Throws an `Error` when the header cannot be read.
 */
export function contradictionIn(unpacked: UnpackedPackage, locked: PackageId): string | undefined {
  const header = Buffer.from(unpacked.metadata.get("header") ?? "", "base64");
  const found = nevraOf(RpmHeader.parse(header));
  const fields = ["name", "version", "architecture"] as const;
  const field = fields.find((each) => found[each] !== locked[each]);
  if (field === undefined) return undefined;
  const [says, expected] = [found[field], locked[field]].map((text) => JSON.stringify(text));
  return `its header says ${says} as its ${field}, but the lock says ${expected}`;
}
