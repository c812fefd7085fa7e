import type { Digest } from "../../digest.ts";
import type { OsName } from "../../os.ts";
import type { Store } from "../../store/store.ts";
import { digestOf } from "../canonical-json.ts";
import type { LockedPackage } from "../package.ts";

/** What proves a package: an index that is signed, or the package's own signature. */
export type PackageProof = IndexProof | OwnProof;

/** The package is signed itself, as RPM packages are. */
export interface OwnProof {
  readonly type: "package";
  /** Fingerprint of the primary key that signed the package. */
  readonly signedBy: string;
}

/** The signed release file, the index that it names, and in that the package itself. */
export interface IndexProof {
  readonly type?: undefined;
  /** Id of the repository whose index lists the package. */
  readonly repository: string;
  /** Which of the OS's archives holds the repository. */
  readonly archive: "main" | "security";
  /** Digest of the signed release file. */
  readonly release: Digest;
  /** The index's path below the suite, and its digest. */
  readonly indexPath: string;
  readonly index: Digest;
  /** Fingerprint of the key that signed the release file. */
  readonly signedBy: string;
}

/** What a proof is about: every fact of a package that both the lock and a signed index state. */
export type ProvedFacts = Pick<
  LockedPackage,
  "name" | "version" | "architecture" | "sizeBytes" | "digest" | "source" | "sourceVersion"
>;

/** Whose proofs are kept, and which keys count. */
export interface ProofScope {
  readonly os: OsName;
  /** Fingerprints of the keys that are trusted now. */
  readonly trusted: ReadonlySet<string>;
  readonly store: Store;
}

const PACKAGE_NOTE = "package-proof";
const SET_NOTE = "packages-proof";

/** A text that is the same for two packages only when a proof of one is a proof of the other. */
export function proofKey(entry: ProvedFacts): string {
  const { name, version, architecture, sizeBytes, digest, source, sourceVersion } = entry;
  return [name, version, architecture, sizeBytes, digest, source, sourceVersion].join(" ");
}

/**
 * The proof that the store keeps of a package. It counts only for the same facts, for the same
 * operating system, and while the key that signed is trusted.
 */
export async function recallProof(
  { os, trusted, store }: ProofScope,
  entry: ProvedFacts,
): Promise<PackageProof | undefined> {
  const note = await store.readNote(PACKAGE_NOTE, noteKey(os, entry.digest));
  if (!isProofNote(note) || note.package !== proofKey(entry)) return undefined;
  return trusted.has(note.proof.signedBy) ? note.proof : undefined;
}

/** Keep the proof of a package beside its bytes, so that no index need be read for it again. */
export async function rememberProof(
  { os, store }: ProofScope,
  entry: ProvedFacts,
  proof: PackageProof,
): Promise<void> {
  const note: ProofNote = { package: proofKey(entry), proof };
  await store.writeNote(PACKAGE_NOTE, noteKey(os, entry.digest), note);
}

/**
 * Whether all of these packages were proved before: one note for a whole lock, which a run with
 * nothing to do reads.
 */
export async function isSetProved(
  scope: ProofScope,
  packages: readonly ProvedFacts[],
): Promise<boolean> {
  const note = await scope.store.readNote(SET_NOTE, setKey(scope, packages));
  return typeof note === "object" && note !== null && "proved" in note && note.proved === true;
}

/** Keep that all of these packages are proved. */
export async function rememberSet(
  scope: ProofScope,
  packages: readonly ProvedFacts[],
): Promise<void> {
  await scope.store.writeNote(SET_NOTE, setKey(scope, packages), { proved: true });
}

interface ProofNote {
  readonly package: string;
  readonly proof: PackageProof;
}

function noteKey(os: OsName, digest: Digest): string {
  return `${os}-${digest.slice("sha256:".length)}`;
}

function setKey({ os, trusted }: ProofScope, packages: readonly ProvedFacts[]): string {
  const facts = [...new Set(packages.map(proofKey))].toSorted();
  return digestOf({ os, trusted: [...trusted].toSorted(), facts }).slice("sha256:".length);
}

/** The store's own note; one that was cut short does not parse. */
function isProofNote(note: unknown): note is ProofNote {
  return (
    typeof note === "object" &&
    note !== null &&
    "package" in note &&
    "proof" in note &&
    typeof note.proof === "object" &&
    note.proof !== null &&
    fieldsOf(note.proof).every((field) => field in Object(note.proof))
  );
}

/** What a proof must say. */
function fieldsOf(proof: object): readonly string[] {
  return "type" in proof
    ? ["signedBy"]
    : ["repository", "archive", "release", "indexPath", "index", "signedBy"];
}
