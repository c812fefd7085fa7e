import { createHash } from "node:crypto";
import type { PackageId } from "../../package.ts";
import type { KeyRing } from "../openpgp/key-ring.ts";
import { isChecked, type Signature, signatureTypes } from "../openpgp/signature.ts";
import { SignatureCheck } from "../openpgp/signature-check.ts";
import { headerMagic, type PackageFile } from "./package-file.ts";
import { signaturesOf } from "./package-signatures.ts";
import { refused, refusedAsUntrusted } from "../refusals.ts";
import { signatureTags, tags } from "../header/tags.ts";

/** What a package's signatures say before its payload was read. */
export interface HeaderProof {
  /** Fingerprint of the primary key that signed the header; absent: none did that is trusted. */
  readonly signedBy?: string;
  /** Signatures of header and payload by trusted keys, which are still to be compared. */
  readonly open: readonly OpenSignature[];
}

/** A signature that waits for its bytes. */
export interface OpenSignature {
  readonly issuer: string;
  /** One for each key that it may be by, with the fingerprint of the primary key. */
  readonly checks: readonly { readonly fingerprint: string; readonly check: SignatureCheck }[];
}

/**
 * Compare a package's header with the digests and signatures in front of it. Each signature by a
 * trusted key has to be good, and there has to be one; those by other keys, and those that qclock
 * does not check, count neither way.
 *
 * Throws `signature-invalid`, or an `Error` that says what is damaged.
 */
export function proveHeader(file: PackageFile, expected: PackageId, ring: KeyRing): HeaderProof {
  refuseUnsignedPart(file, expected);
  refuseOtherDigest(file, expected);
  const reasons: string[] = [];
  const open: OpenSignature[] = [];
  let signedBy: string | undefined;
  for (const { covers, signature } of signaturesOf(file.signature)) {
    const reason = isChecked(signature) ? reasonAgainst(signature) : signature.reason;
    if (!isChecked(signature) || reason !== undefined) {
      reasons.push(`Signature of key ${signature.issuer ?? "unknown"}: ${reason}`);
      continue;
    }
    const entry = { issuer: signature.issuer, checks: checksOf(signature, ring) };
    if (entry.checks.length === 0) {
      reasons.push(`Found: a signature of key ${signature.issuer}`);
    } else if (covers === "package") {
      open.push(entry);
    } else {
      for (const { check } of entry.checks) {
        check.update(headerMagic);
        check.update(file.header.bytes);
      }
      const signer = finishSignature(entry, expected, "header");
      signedBy ??= signer;
    }
  }
  if (signedBy !== undefined) return { signedBy, open };
  if (open.length > 0) return { open };
  throw refuseUntrusted(expected, reasons, ring);
}

/** The primary key of a signature whose bytes were all given. Throws `signature-invalid`. */
export function finishSignature(
  { issuer, checks }: OpenSignature,
  expected: PackageId,
  part: "header" | "header and payload",
): string {
  const good = checks.find(({ check }) => check.isGood());
  if (good !== undefined) return good.fingerprint;
  throw refused(expected, `its ${part} ${part === "header" ? "is" : "are"} not what was signed`, [
    `Signature of key ${issuer}: it does not fit`,
  ]);
}

/** What lies outside of the region would be believed and is signed by nobody in the end. */
function refuseUnsignedPart({ header }: PackageFile, expected: PackageId): void {
  const { region } = header;
  const dataBytes = header.bytes.length - 8 - 16 * header.entries().length;
  const isWhole =
    region?.tag === tags.immutableRegion &&
    region.entries === header.entries().length &&
    region.dataBytes === dataBytes;
  if (!isWhole) throw refused(expected, "a part of its header is outside of what is signed");
}

/** Nobody signed these digests, but they tell a changed header from a changed signature. */
function refuseOtherDigest({ signature, header }: PackageFile, expected: PackageId): void {
  for (const [name, algorithm, tag] of [
    ["SHA-256", "sha256", signatureTags.sha256Header],
    ["SHA-1", "sha1", signatureTags.sha1Header],
  ] as const) {
    const written = signature.text(tag);
    if (written === undefined) continue;
    const found = createHash(algorithm).update(headerMagic).update(header.bytes).digest("hex");
    if (written === found) continue;
    throw refused(expected, "its header is not the one that was signed", [
      `Expected: a header with ${name} ${written}`,
      `Found: ${found}`,
    ]);
  }
}

function reasonAgainst({ type }: Signature): string | undefined {
  return type === signatureTypes.binary ? undefined : "it is not a signature of a file";
}

function checksOf(signature: Signature, ring: KeyRing): OpenSignature["checks"] {
  return ring.find(signature.issuer).flatMap(({ fingerprint, key }) => {
    return key.rsa === undefined
      ? []
      : [{ fingerprint, check: new SignatureCheck(signature, key.rsa) }];
  });
}

function refuseUntrusted(expected: PackageId, reasons: readonly string[], ring: KeyRing): Error {
  return refusedAsUntrusted(
    expected,
    reasons.length === 0 ? "it is not signed" : "it is not signed by a key that qclock trusts",
    { trusted: ring.fingerprints, reasons },
  );
}
