import { QclockError } from "../../error.ts";
import { checkSignedForm } from "./clear-signed.ts";
import type { PinnedKey } from "../proof/pinned-key.ts";

/** The facts of a verified release file. */
export interface ReleaseFile {
  readonly suite: string;
  readonly codename: string;
  /** When the archive was in this state, by the archive's own clock. */
  readonly date: Date;
  /** Fingerprint of the pinned key that signed it. */
  readonly signedBy: string;
  /** When the signing key ends; absent: never. */
  readonly signerExpires?: Date;
  /** Size and SHA-256 of each index, by its path below the suite's folder. */
  readonly files: ReadonlyMap<string, { readonly sizeBytes: number; readonly sha256: string }>;
}

export interface VerifyRequest {
  /** The bytes of `InRelease`. */
  readonly text: string;
  /** Where it comes from, for messages. */
  readonly url: string;
  /**
   * What was asked for, such as `bookworm-security`: another suite's file, however well signed, is
   * refused.
   */
  readonly suite: string;
  readonly keys: readonly PinnedKey[];
  readonly now: Date;
  /**
   * It was accepted before and is read again as evidence: that it or its key has run out since is
   * no fault.
   */
  readonly isKept?: boolean;
}

/** A release file is some hundred thousand bytes. */
export const RELEASE_LIMIT_BYTES = 4 * 1024 * 1024;

/** How far another clock may be ahead. Source: apt.conf(5), Acquire::Max-FutureTime. */
const FUTURE_MS = 10_000;

/**
 * Check the signature of an `InRelease` file and read it. One good signature by a pinned key that
 * has not run out is needed (the archive signs with several). Only the signed text is read, there
 * may be no other, and of its digests SHA-256 only.
 *
 * Throws `signature-invalid`. Source: Debian's repository format, "Release files"; RFC 9580,
 * section 7.
 */
export async function verifyReleaseFile(request: VerifyRequest): Promise<ReleaseFile> {
  const { text, ...signer } = await verifySignature(request);
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
  const date = readDate(request, "Date", fields.get("Date"));
  if (date === undefined) throw invalid(request, "it does not say its Date");
  refuseClockBehind(request, "is dated", [date]);
  refuseExpired(request, readDate(request, "Valid-Until", fields.get("Valid-Until")));
  return { suite, codename, date, ...signer, files: readDigests(fields.get("SHA256") ?? "") };
}

async function verifySignature(
  request: VerifyRequest,
): Promise<Pick<ReleaseFile, "signedBy" | "signerExpires"> & { readonly text: string }> {
  const reason = checkSignedForm(request.text);
  if (reason !== undefined) throw invalid(request, reason);
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
    date: new Date(request.now.getTime() + FUTURE_MS),
  });
  const reasons: string[] = [];
  const dates: Date[] = [];
  for (const { keyID, verified, signature } of signatures) {
    const id = keyID.toHex().toUpperCase();
    try {
      await verified;
    } catch (error) {
      dates.push(...(await signature).packets.flatMap(({ created }) => created ?? []));
      reasons.push(`${id}: ${error instanceof Error ? error.message : ""}`);
      continue;
    }
    const key = verificationKeys.find((candidate) => candidate.getKeys(keyID).length > 0);
    if (key === undefined) continue;
    const ends = await Promise.all(
      [key, ...key.getKeys(keyID)].map((part) => part.getExpirationTime()),
    );
    const [expires] = ends.filter((end) => end instanceof Date).toSorted((a, b) => +a - +b);
    // The library asks whether the key was good when it signed; whoever has its remains can write
    // any time into a signature.
    if (expires !== undefined && expires <= request.now && request.isKept !== true) {
      reasons.push(`${id}: the key ran out on ${expires.toISOString()}`);
      continue;
    }
    return {
      text: data,
      signedBy: key.getFingerprint().toUpperCase(),
      ...(expires === undefined ? {} : { signerExpires: expires }),
    };
  }
  refuseClockBehind(request, "was signed at", dates);
  const hasEnded = reasons.some((each) => each.includes("the key ran out on"));
  throw hasEnded
    ? ended(request, reasons)
    : invalid(request, "no signature is by a key that qclock trusts", undefined, reasons);
}

/** The keys that qclock ships are older than the archive's present ones. */
function ended(request: VerifyRequest, details: readonly string[]): QclockError {
  return new QclockError(
    "signature-invalid",
    `${request.url} is refused: the key that signed it has run out.`,
    {
      details,
      hint: "Take a newer qclock, which ships the key that took its place, and see that this machine's clock is right.",
    },
  );
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

/**
 * What comes from the future is no tampering: the machine's clock stands, as after a restored
 * snapshot.
 */
function refuseClockBehind(request: VerifyRequest, verb: string, dates: readonly Date[]): void {
  const { now, url } = request;
  const [made] = dates;
  if (made === undefined || dates.some((date) => +date <= +now + FUTURE_MS)) return;
  throw new QclockError(
    "signature-invalid",
    `${url} ${verb} ${made.toISOString()}, which is in the future here.`,
    { hint: `This machine's clock says ${now.toISOString()}: set it right.` },
  );
}

function refuseExpired(request: VerifyRequest, end: Date | undefined): void {
  if (end === undefined || end >= request.now || request.isKept === true) return;
  throw new QclockError(
    "signature-invalid",
    `${request.url} was valid until ${end.toISOString()} and is now too old.`,
    {
      hint: "The mirror is stale, or this machine's clock is wrong: compare it with the mirror's.",
    },
  );
}

/**
 * A time of the release file; undefined when it has none. What is no time must not count as none.
 */
function readDate(
  request: VerifyRequest,
  field: string,
  text: string | undefined,
): Date | undefined {
  if (text === undefined) return undefined;
  const date = new Date(
    /^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d (?:UTC|GMT|\+0000)$/.test(text)
      ? text
      : Number.NaN,
  );
  if (!Number.isNaN(date.getTime())) return date;
  throw invalid(request, `its ${field} is no date: ${JSON.stringify(text.slice(0, 60))}`);
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
