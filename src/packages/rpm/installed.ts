import type { InstalledPackage, UnpackedEntry } from "../unpacked.ts";
import { RpmHeader } from "./header/header.ts";

/** A package as rpm's database knows it. */
export interface InstalledRpm {
  readonly name: string;
  readonly header: RpmHeader;
  /** Signatures and digests of the header and of the payload. */
  readonly signature: RpmHeader;
  readonly entries: readonly UnpackedEntry[];
}

/** The headers of a package as texts, by the names that `toInstalledRpm` finds them by. */
export function headerTexts(headers: {
  readonly header: RpmHeader;
  readonly signature: RpmHeader;
}): ReadonlyMap<string, string> {
  const { header, signature } = headers;
  return new Map([
    ["header", Buffer.from(header.bytes).toString("base64")],
    ["signature", Buffer.from(signature.bytes).toString("base64")],
  ]);
}

/** Read the headers of an unpacked package. Throws as `RpmHeader.parse` does. */
export function toInstalledRpm(unpacked: InstalledPackage): InstalledRpm {
  const { name, metadata, entries } = unpacked;
  const parsed = (key: string): RpmHeader =>
    RpmHeader.parse(Buffer.from(metadata.get(key) ?? "", "base64"));
  return { name, header: parsed("header"), signature: parsed("signature"), entries };
}
