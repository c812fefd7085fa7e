import { QclockError } from "../../../error.ts";
import type { PinnedKey } from "../../proof/pinned-key.ts";
import { readArmored } from "../openpgp/armor.ts";
import { keyRingOf, type SigningKey } from "../openpgp/key-ring.ts";
import { packetTags, readPackets } from "../openpgp/packets.ts";
import {
  isChecked,
  parseSignature,
  type Signature,
  signatureTypes,
  type UncheckedSignature,
} from "../openpgp/signature.ts";
import { SignatureCheck } from "../openpgp/signature-check.ts";

/** `repomd.xml` and the detached signature that lies beside it. */
export interface SignedRepomd {
  readonly bytes: Uint8Array;
  /** The text of `repomd.xml.asc`. */
  readonly signature: string;
  /** Where `repomd.xml` comes from, for messages. */
  readonly url: string;
  readonly keys: readonly PinnedKey[];
}

/** A signature file is some kilobytes. */
export const SIGNATURE_LIMIT_BYTES = 64 * 1024;
const MOST_SIGNATURES = 16;

/** Who signed `repomd.xml`; or why that is not known, which the user should know. */
export type RepomdSigner =
  | {
      /** Fingerprint of the trusted primary key. */
      readonly signedBy: string;
    }
  | { readonly signedBy?: undefined; readonly note: string };

/**
 * Check the detached signature of `repomd.xml`. Signatures by keys that nobody trusts count as
 * none, as those of a company that signs what it mirrors: each package is signed itself, and
 * whoever could replace the signature could as well take it away.
 *
 * Throws `signature-invalid` when a signature by a trusted key does not fit.
 */
export function verifyRepomd({ bytes, signature, url, keys }: SignedRepomd): RepomdSigner {
  const ring = keyRingOf(keys);
  const reasons: string[] = [];
  let signedBy: string | undefined;
  for (const each of signaturesIn(signature, reasons)) {
    const issuer = `key ${each.issuer ?? "unknown"}`;
    if (!isChecked(each) || each.type !== signatureTypes.binary) {
      reasons.push(
        `${issuer}: ${isChecked(each) ? "it is not a signature of a file" : each.reason}`,
      );
      continue;
    }
    const trusted = ring.find(each.issuer).filter(({ key }) => key.rsa !== undefined);
    if (trusted.length === 0) {
      reasons.push(`${issuer}: it is not trusted`);
      continue;
    }
    const signer = signerOf(each, bytes, trusted);
    if (signer === undefined) throw refused(url, each.issuer);
    signedBy ??= signer;
  }
  if (signedBy !== undefined) return { signedBy };
  const why = reasons[0] ?? "there is none in it";
  return {
    note: `The signature of ${url} counts for nothing (${why}): the packages' own signatures are what is checked.`,
  };
}

function signaturesIn(
  text: string,
  reasons: string[],
): readonly (Signature | UncheckedSignature)[] {
  try {
    const packets = readArmored(text, "SIGNATURE").flatMap(readPackets);
    return packets
      .filter(({ tag }) => tag === packetTags.signature)
      .slice(0, MOST_SIGNATURES)
      .map(({ body }) => parseSignature(body));
  } catch (error) {
    // What a server answers for every path may be anything.
    reasons.push(`it is damaged: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}

/** The one of some trusted keys that signed these bytes; undefined when none did. */
function signerOf(
  signature: Signature,
  bytes: Uint8Array,
  keys: readonly SigningKey[],
): string | undefined {
  return keys.find(({ key: { rsa } }) => {
    if (rsa === undefined) return false;
    const check = new SignatureCheck(signature, rsa);
    check.update(bytes);
    return check.isGood();
  })?.fingerprint;
}

function refused(url: string, issuer: string): QclockError {
  return new QclockError(
    "signature-invalid",
    `${url} is refused: it is not what the key ${issuer} signed.`,
    {
      hint: "The mirror was tampered with, or the file and its signature are of two states: try again or take another mirror. Nothing of it was used.",
    },
  );
}
