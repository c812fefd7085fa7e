import { packetTags, readPackets } from "../openpgp/packets.ts";
import { parseSignature, type Signature, type UncheckedSignature } from "../openpgp/signature.ts";
import type { RpmHeader } from "../header/header.ts";
import { signatureTags } from "../header/tags.ts";

/** A signature that a package carries. */
export interface PackageSignature {
  /** What it is of: the header alone, or header and payload. */
  readonly covers: "header" | "package";
  readonly signature: Signature | UncheckedSignature;
}

/** rpm writes one of a kind, and several of those that rpm 6 adds. */
const MOST_SIGNATURES = 16;

/**
 * The signatures in a package's signature header, those of the header first. Throws an `Error` when
 * one is damaged, or no signature.
 */
export function signaturesOf(header: RpmHeader): readonly PackageSignature[] {
  const { rsaHeader, dsaHeader, openPgp, rsa, dsa } = signatureTags;
  const further = header.texts(openPgp).map((text) => Buffer.from(text, "base64"));
  const packages = [rsa, dsa].flatMap((tag) => header.binary(tag) ?? []);
  const headers = [rsaHeader, dsaHeader].flatMap((tag) => header.binary(tag) ?? []);
  const found = [
    ...[...headers, ...further].map((bytes) => ({ covers: "header" as const, bytes })),
    ...packages.map((bytes) => ({ covers: "package" as const, bytes })),
  ].flatMap(({ covers, bytes }) => {
    return readSignatures(bytes).map((signature) => ({ covers, signature }));
  });
  if (found.length > MOST_SIGNATURES) throw new Error(`it carries ${found.length} signatures`);
  return found;
}

function readSignatures(bytes: Uint8Array): readonly (Signature | UncheckedSignature)[] {
  return readPackets(bytes).map(({ tag, body }) => {
    if (tag !== packetTags.signature) throw new Error("one of its signatures is something else");
    return parseSignature(body);
  });
}
