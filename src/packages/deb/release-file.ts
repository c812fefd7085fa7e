import { QclockError } from "../../error.ts";
import type { PinnedKey } from "./keys/debian.ts";

/** The facts of a verified release file. */
export interface ReleaseFile {
  readonly suite: string;
  readonly codename: string;
  /** Fingerprint of the pinned key that signed it. */
  readonly signedBy: string;
  /** Size and SHA-256 of each index, by its path below the suite's folder. */
  readonly files: ReadonlyMap<string, { readonly sizeBytes: number; readonly sha256: string }>;
}

export interface VerifyRequest {
  /** The bytes of `InRelease`. */
  readonly text: string;
  /** Where it comes from, for messages. */
  readonly url: string;
  /** What was asked for, such as `bookworm-security`: another suite's file, however well signed, is refused. */
  readonly suite: string;
  readonly keys: readonly PinnedKey[];
  readonly now: Date;
}

/**
 * Check the signature of an `InRelease` file and read it. One good signature by a pinned key is needed
 * (the archive signs with several). Only the signed text is read, and of its digests SHA-256 only.
 *
 * Throws `signature-invalid`. Source: Debian's repository format, "Release files"; RFC 9580, section 7.
 */
export async function verifyReleaseFile(request: VerifyRequest): Promise<ReleaseFile> {
  const { text, signedBy } = await verifySignature(request);
  const fields = readFields(text);
  const codename = fields.get("Codename") ?? "";
  const suite = fields.get("Suite") ?? "";
  if (codename !== request.suite && suite !== request.suite) {
    throw new QclockError(
      "signature-invalid",
      `${request.url} is the signed release file of "${codename}", but "${request.suite}" was asked for.`,
      { hint: "The mirror serves the wrong suite under this name." },
    );
  }
  refuseExpired(request, fields.get("Valid-Until"));
  return { suite, codename, signedBy, files: readDigests(fields.get("SHA256") ?? "") };
}

async function verifySignature(
  request: VerifyRequest,
): Promise<{ readonly text: string; readonly signedBy: string }> {
  // Loaded here: a build with a fresh lock verifies no release file.
  const openpgp = await import("openpgp");
  const verificationKeys = await Promise.all(
    request.keys.map(({ armored }) => openpgp.readKey({ armoredKey: armored })),
  );
  const message = await openpgp
    .readCleartextMessage({ cleartextMessage: request.text })
    .catch((error: unknown) => {
      throw invalid(request, "it is not a signed release file", error);
    });
  const { data, signatures } = await openpgp.verify({
    message,
    verificationKeys,
    date: request.now,
  });
  const reasons: string[] = [];
  const dates: Date[] = [];
  for (const { keyID, verified, signature } of signatures) {
    try {
      await verified;
    } catch (error) {
      dates.push(...(await signature).packets.flatMap(({ created }) => created ?? []));
      reasons.push(
        `${keyID.toHex().toUpperCase()}: ${error instanceof Error ? error.message : ""}`,
      );
      continue;
    }
    const key = verificationKeys.find((candidate) => candidate.getKeys(keyID).length > 0);
    if (key !== undefined) return { text: data, signedBy: key.getFingerprint().toUpperCase() };
  }
  refuseClockBehind(request, dates);
  throw invalid(request, "no signature is by a key that qclock trusts", undefined, reasons);
}

function invalid(
  request: VerifyRequest,
  why: string,
  cause?: unknown,
  details: readonly string[] = [],
): QclockError {
  return new QclockError("signature-invalid", `${request.url} is refused: ${why}.`, {
    cause,
    details,
    hint: "The mirror was tampered with, or a proxy changed the file on its way. Nothing of it was used.",
  });
}

/** A signature from the future is no tampering: the machine's clock stands, as after a restored snapshot. */
function refuseClockBehind(request: VerifyRequest, dates: readonly Date[]): void {
  const [made] = dates;
  if (made === undefined || dates.some((date) => date <= request.now)) return;
  throw new QclockError(
    "signature-invalid",
    `${request.url} was signed at ${made.toISOString()}, which is in the future here.`,
    { hint: `This machine's clock says ${request.now.toISOString()}: set it right.` },
  );
}

function refuseExpired(request: VerifyRequest, validUntil: string | undefined): void {
  if (validUntil === undefined) return;
  const end = new Date(validUntil);
  if (Number.isNaN(end.getTime()) || end >= request.now) return;
  throw new QclockError(
    "signature-invalid",
    `${request.url} was valid until ${end.toISOString()} and is now too old.`,
    {
      hint: "The mirror is stale, or this machine's clock is wrong: compare it with the mirror's.",
    },
  );
}

/** Fields of one deb822 paragraph; continuation lines are joined with newlines. */
function readFields(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let current = "";
  for (const line of text.split(/\r?\n/)) {
    if (/^[ \t]/.test(line)) {
      fields.set(current, `${fields.get(current) ?? ""}\n${line.trim()}`);
      continue;
    }
    const colon = line.indexOf(":");
    if (colon <= 0) continue;
    current = line.slice(0, colon);
    fields.set(current, line.slice(colon + 1).trim());
  }
  return fields;
}

function readDigests(section: string): ReleaseFile["files"] {
  const files = new Map<string, { sizeBytes: number; sha256: string }>();
  for (const line of section.split("\n")) {
    const match = /^([0-9a-f]{64})\s+(\d+)\s+(\S+)$/.exec(line);
    if (match === null) continue;
    const [, sha256 = "", size, path = ""] = match;
    files.set(path, { sizeBytes: Number(size), sha256 });
  }
  return files;
}
