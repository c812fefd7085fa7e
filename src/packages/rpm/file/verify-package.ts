import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { QclockError } from "../../../error.ts";
import { type Digest, toDigest } from "../../../digest.ts";
import type { PackageId } from "../../package.ts";
import type { PinnedKey } from "../../proof/pinned-key.ts";
import { finishSignature, type HeaderProof, proveHeader } from "./header-proof.ts";
import { nevraOf } from "../header/nevra.ts";
import { nodeHash } from "../openpgp/algorithms.ts";
import { type KeyRing, keyRingOf } from "../openpgp/key-ring.ts";
import { type PackageFile, readPackageFile } from "./package-file.ts";
import { corrupt, refused } from "../refusals.ts";
import { signatureTags, tags } from "../header/tags.ts";

/** Whom to believe, and which package is wanted. */
export interface VerifyPackageRequest {
  readonly keys: readonly PinnedKey[];
  readonly expected: PackageId & { readonly digest: Digest };
}

/**
 * Prove that a file is the package that is wanted, whole, and signed by a trusted key; resolves
 * with the fingerprint of the primary key. The key signs the header, which names the digest of the
 * payload, or both are signed at once. The MD5 beside the signatures is not compared, since nobody
 * signed it. When the key or its signature ran out is not asked: a lock keeps packages for longer.
 *
 * Throws `signature-invalid`, `package-corrupt`, `digest-mismatch`.
 */
export async function verifyPackage(path: string, request: VerifyPackageRequest): Promise<string> {
  const { expected, keys } = request;
  const ring = keyRingOf(keys);
  const { file, proof, payload } = await readStart(path, expected, ring).catch(
    async (error: unknown) => {
      // What is wrong with it may be the disk's fault.
      refuseOtherFile(expected, await digestOf(path));
      throw error;
    },
  );
  const hash = createHash("sha256");
  let position = 0;
  for await (const piece of createReadStream(path, { highWaterMark: PIECE_BYTES })) {
    if (!(piece instanceof Uint8Array)) continue;
    hash.update(piece);
    const signed = piece.subarray(Math.max(0, file.headerStart - position));
    for (const { check } of proof.open.flatMap(({ checks }) => checks)) check.update(signed);
    payload?.hash.update(piece.subarray(Math.max(0, file.payloadStart - position)));
    position += piece.length;
  }
  refuseOtherFile(expected, toDigest(hash.digest("hex")));
  refuseOtherPayload(expected, payload);
  const [signer] = proof.open.map((each) => finishSignature(each, expected, "header and payload"));
  const signedBy = proof.signedBy ?? signer;
  if (signedBy !== undefined) return signedBy;
  throw new Error("a package without signatures was taken");
}

const PIECE_BYTES = 256 * 1024;

async function digestOf(path: string): Promise<Digest> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: PIECE_BYTES }), hash);
  return toDigest(hash.digest("hex"));
}

/** All that is in front of the payload, and what the payload is to be compared with. */
async function readStart(
  path: string,
  expected: PackageId,
  ring: KeyRing,
): Promise<{
  readonly file: PackageFile;
  readonly proof: HeaderProof;
  readonly payload: PayloadDigest | undefined;
}> {
  try {
    const file = await readPackageFile(path);
    refuseOtherName(nevraOf(file.header), expected);
    refuseOtherSize(file);
    const proof = proveHeader(file, expected, ring);
    return { file, proof, payload: payloadDigestOf(file, expected, proof) };
  } catch (error) {
    // A failure of the disk has a code; what is left is what the readers say of the file.
    if (!(error instanceof Error) || "code" in error) throw error;
    throw corrupt(expected, error.message, { cause: error });
  }
}

function refuseOtherName(found: PackageId, expected: PackageId): void {
  const { name, version, architecture } = found;
  const isOther =
    name !== expected.name ||
    version !== expected.version ||
    architecture !== expected.architecture;
  if (isOther) throw refused(expected, `its file holds ${name} ${version} (${architecture})`);
}

/** A file that was cut is told from one that somebody changed. */
function refuseOtherSize({ signature, headerStart, sizeBytes }: PackageFile): void {
  const [written] = [
    ...signature.bigints(signatureTags.longSize),
    ...signature.bigints(signatureTags.size),
  ];
  const size = sizeBytes - headerStart;
  if (written === undefined || written === BigInt(size)) return;
  throw new Error(`${size} bytes follow its signatures, where it says that there are ${written}`);
}

/** The payload's digest as the header has it, and what is going to be compared with it. */
interface PayloadDigest {
  readonly written: string;
  readonly hash: Hash;
}

/**
 * Undefined where a signature covers the payload itself, as in packages of before rpm 4.14. Throws
 * `signature-invalid` where nothing does.
 */
function payloadDigestOf(
  { header }: PackageFile,
  expected: PackageId,
  proof: HeaderProof,
): PayloadDigest | undefined {
  const [written] = header.texts(tags.payloadDigest);
  const algorithm = header.numbers(tags.payloadDigestAlgorithm)[0] ?? 0;
  const hash = nodeHash(algorithm);
  if (written !== undefined && hash !== undefined) return { written, hash: createHash(hash) };
  if (proof.open.length > 0) return undefined;
  throw refused(expected, "nothing that is signed names its payload");
}

function refuseOtherPayload(expected: PackageId, payload: PayloadDigest | undefined): void {
  if (payload === undefined) return;
  const found = payload.hash.digest("hex");
  if (payload.written === found) return;
  throw refused(expected, "its payload is not the one that its signed header names", [
    `Expected: a payload with digest ${payload.written}`,
    `Found: ${found}`,
  ]);
}

function refuseOtherFile(expected: VerifyPackageRequest["expected"], found: Digest): void {
  if (found === expected.digest) return;
  throw new QclockError(
    "digest-mismatch",
    `${expected.name} ${expected.version} (${expected.architecture}) has another content than promised.`,
    {
      details: [`Expected: ${expected.digest}`, `Found: ${found}`],
      hint: "Try again or another mirror; a proxy that rewrites files is the usual cause.",
    },
  );
}
