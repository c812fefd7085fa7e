import { QclockError } from "../../error.ts";
import type { PinnedKey } from "./pinned-key.ts";

const BEGIN = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
const END = "-----END PGP PUBLIC KEY BLOCK-----";

/** Far more than any file of a distribution's keys holds. */
const MOST_KEYS = 64;

/**
 * The public keys in the text of a file, each with the fingerprint of its primary key. The file may
 * hold several armoured blocks, and a block several keys, as distributions write them. Source: RFC
 * 9580, section 6.
 *
 * Throws `manifest-invalid` for a file that holds no public key, or a private one.
 */
export async function readKeys(text: string, file: string): Promise<readonly PinnedKey[]> {
  if (text.includes("-----BEGIN PGP PRIVATE KEY BLOCK-----")) {
    throw new QclockError("manifest-invalid", `${file} holds a private key.`, {
      hint: "Give the public key alone: `gpg --armor --export`.",
    });
  }
  const openpgp = await import("openpgp");
  const keys: PinnedKey[] = [];
  for (const block of blocksIn(text)) {
    const read = await openpgp.readKeys({ armoredKeys: block }).catch((error: unknown) => {
      throw new QclockError("manifest-invalid", `A key in ${file} cannot be read.`, {
        cause: error,
        details: [error instanceof Error ? error.message : String(error)],
        hint: "Export it anew: `gpg --armor --export`.",
      });
    });
    for (const key of read)
      keys.push({ fingerprint: key.getFingerprint().toUpperCase(), armored: key.armor() });
    if (keys.length > MOST_KEYS) {
      throw new QclockError(
        "manifest-invalid",
        `${file} holds more than ${MOST_KEYS} keys, and each may sign packages.`,
        { hint: "Keep those alone that sign your packages." },
      );
    }
  }
  if (keys.length > 0) return keys;
  throw new QclockError("manifest-invalid", `${file} holds no OpenPGP public key.`, {
    hint: "It must be armoured, as `gpg --armor --export` writes it.",
  });
}

/** The armoured blocks of a text, which is read once however many of them have no end. */
function* blocksIn(text: string): Generator<string> {
  for (let from = text.indexOf(BEGIN); from !== -1;) {
    const end = text.indexOf(END, from);
    if (end === -1) return;
    yield text.slice(from, end + END.length);
    from = text.indexOf(BEGIN, end);
  }
}
