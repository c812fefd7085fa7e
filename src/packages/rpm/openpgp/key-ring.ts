import { QclockError } from "../../../error.ts";
import type { PinnedKey } from "../../proof/pinned-key.ts";
import { readArmored } from "./armor.ts";
import { packetTags, readPackets } from "./packets.ts";
import { parsePublicKey, type PublicKey } from "./public-key.ts";
import { isChecked, parseSignature, type Signature, signatureTypes } from "./signature.ts";
import { SignatureCheck } from "./signature-check.ts";

/** A key whose signatures count, and the pinned one that it belongs to. */
export interface SigningKey {
  /** Of the primary key, which is pinned. */
  readonly fingerprint: string;
  readonly key: PublicKey;
}

/** The keys that are trusted. */
export class KeyRing {
  readonly #keys: readonly SigningKey[];

  /**
   * Read pinned keys. Of each text only the key with the pinned fingerprint counts, and subkeys
   * that it signed. What else its own signatures say is not judged: many of them have run out or
   * use SHA-1, and the key is trusted by its fingerprint; but one that was revoked is not taken.
   *
   * Throws an `Error` when a text does not hold its key.
   */
  constructor(pinned: readonly PinnedKey[]) {
    this.#keys = pinned.flatMap((key) => {
      const signing = parsed.get(key) ?? readPinned(key);
      parsed.set(key, signing);
      return signing;
    });
  }

  /** Fingerprints of the primary keys. */
  get fingerprints(): readonly string[] {
    return [...new Set(this.#keys.map(({ fingerprint }) => fingerprint))];
  }

  /**
   * The keys that may have made a signature, by its issuer: two keys may have the same ID, and a
   * stranger can choose one that has it.
   */
  find(issuer: string): readonly SigningKey[] {
    return this.#keys.filter(({ key }) => key.fingerprint.endsWith(issuer));
  }
}

/** As `new KeyRing`. Throws `signature-invalid` for a key that cannot be used. */
export function keyRingOf(pinned: readonly PinnedKey[]): KeyRing {
  try {
    return new KeyRing(pinned);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new QclockError(
      "signature-invalid",
      `A key that is to be trusted is refused: ${reason}.`,
      {
        cause: error,
        hint: "Look at the file of the key and at the fingerprint that it is trusted by.",
      },
    );
  }
}

/** Each package of a set is checked with the same keys, which are parsed once. */
const parsed = new WeakMap<PinnedKey, readonly SigningKey[]>();

/** Key flag: it may sign data. Source: RFC 9580, section 5.2.3.29. */
const MAY_SIGN = 0x02;

/** A key packet and those that follow it up to the next key. */
interface KeyPackets {
  readonly isPrimary: boolean;
  readonly key: PublicKey | undefined;
  readonly signatures: readonly Signature[];
}

function readPinned({ fingerprint, armored }: PinnedKey): readonly SigningKey[] {
  const parts = readArmored(armored, "PUBLIC KEY BLOCK").flatMap(readKeyPackets);
  const at = parts.findIndex(({ isPrimary, key }) => isPrimary && key?.fingerprint === fingerprint);
  const primary = parts[at];
  if (primary?.key === undefined) {
    throw new Error(`there is no key ${fingerprint} in the text that should hold it`);
  }
  const { rsa, hashed, reason = "" } = primary.key;
  if (rsa === undefined) throw new Error(`the key ${fingerprint} cannot be used: ${reason}`);
  const hasSigned = (signature: Signature, further: Uint8Array = new Uint8Array(0)): boolean => {
    const check = new SignatureCheck(signature, rsa);
    check.update(hashed);
    check.update(further);
    return check.isGood();
  };
  const revocations = ofType(primary.signatures, signatureTypes.keyRevocation);
  if (revocations.some((signature) => hasSigned(signature))) {
    throw new Error(`the key ${fingerprint} was revoked by its owner`);
  }
  const end = parts.findIndex(({ isPrimary }, index) => index > at && isPrimary);
  const subkeys = parts.slice(at + 1, end === -1 ? undefined : end);
  return [
    { fingerprint, key: primary.key },
    ...subkeys.flatMap(({ key, signatures }) => {
      const isSigned = (type: number, flags: number): boolean =>
        ofType(signatures, type).some(
          (signature) =>
            ((signature.keyFlags ?? 0) & flags) === flags && hasSigned(signature, key?.hashed),
        );
      const maySign = isSigned(signatureTypes.subkeyBinding, MAY_SIGN);
      const isTaken = maySign && !isSigned(signatureTypes.subkeyRevocation, 0);
      return key !== undefined && isTaken ? [{ fingerprint, key }] : [];
    }),
  ];
}

function ofType(signatures: readonly Signature[], type: number): readonly Signature[] {
  // Each costs time, and a key has one or two of them.
  return signatures.filter((signature) => signature.type === type).slice(0, MOST_SIGNATURES);
}

const MOST_SIGNATURES = 8;

function readKeyPackets(block: Uint8Array): readonly KeyPackets[] {
  const parts: { isPrimary: boolean; key: PublicKey | undefined; signatures: Signature[] }[] = [];
  for (const { tag, body } of readPackets(block)) {
    if (tag === packetTags.publicKey || tag === packetTags.publicSubkey) {
      const isPrimary = tag === packetTags.publicKey;
      parts.push({ isPrimary, key: parsePublicKey(body), signatures: [] });
    } else if (tag === packetTags.signature) {
      const signature = parseSignature(body);
      if (isChecked(signature)) parts.at(-1)?.signatures.push(signature);
    }
  }
  return parts;
}
