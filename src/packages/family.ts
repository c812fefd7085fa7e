import type { OsName } from "../os.ts";
import type { FileConflict, ImagePackages } from "./file-conflict.ts";
import type { InstallRequest, LeftScript } from "./installation.ts";
import type { MirrorPlaces, Mirrors } from "./mirror.ts";
import type { ImagePython, NamedVersion } from "./image-python.ts";
import type { PackageDatabase } from "./package-database.ts";
import type { PackageFacts } from "./package-facts.ts";
import type { LockedPackage, PackageId } from "./package.ts";
import type {
  EvidencePlace,
  EvidenceRequest,
  FoundEvidence,
  Proof,
  ProvePackagesRequest,
} from "./proof/evidence.ts";
import type { PinnedKey } from "./proof/pinned-key.ts";
import type {
  LoadedRepositories,
  LoadRepositoriesRequest,
  RepositoriesRequest,
} from "./repositories.ts";
import type { ResolverRules } from "./resolve/rules.ts";
import type { ScriptRunRules } from "./script-run.ts";
import type { UnpackedPackage, UnpackRequest } from "./unpacked.ts";

/** A package whose signature is looked at, and who may have signed it. */
export interface SignerRequest {
  readonly os: OsName;
  /** The package. */
  readonly file: string;
  /** What it has to be. */
  readonly expected: PackageId & Pick<LockedPackage, "digest" | "source" | "sourceVersion">;
  /** Trusted keys; absent: those that ship with qclock for the OS. */
  readonly keys?: readonly PinnedKey[];
}

/** How packages of a family are compared and put together. */
export interface FamilyRules extends ResolverRules {
  /** Negative when the first version is the older one, 0 when the two are the same. */
  readonly compareVersions: (one: string, other: string) => number;
}

/**
 * Takes one package apart without running anything of it: in a thread of its own, which it may keep
 * busy. Throws `DamagedFile`, or an `Error` that says what is wrong with the package.
 */
export type Unpack = (request: UnpackRequest) => Promise<UnpackedPackage>;

/**
 * What a family of distributions must be able to do: those whose packages have the same form and
 * follow the same rules. `loadFamily` gives the one of an operating system. What a function needs
 * is loaded when it is called.
 */
export interface Family {
  /** The keys that sign an OS's repositories; they ship with qclock and are never fetched. */
  keysOf(os: OsName): Promise<readonly PinnedKey[]>;

  /**
   * The places that base URLs mean which somebody gives, one at least, in the order that the
   * family's users expect.
   */
  mirrorsAt(urls: readonly string[]): Promise<MirrorPlaces>;

  /**
   * The mirrors of an OS where nobody names one, such as those that this machine's own packages
   * come from.
   */
  usualMirrors(os: OsName): Promise<Mirrors | undefined>;

  /** Whether the metadata of an OS's repositories can be had. Throws what fetching throws. */
  repositoriesAnswer(request: RepositoriesRequest): Promise<boolean>;

  /**
   * Fetch and verify the indexes of an OS. Throws `signature-invalid`, `digest-mismatch`,
   * `package-corrupt`, `mirror-unreachable`, `offline`.
   */
  loadRepositories(request: LoadRepositoriesRequest): Promise<LoadedRepositories>;

  rules(): Promise<FamilyRules>;

  /**
   * The Python that packages bring, and where it looks for what others add to it; undefined where
   * they bring none.
   */
  findPython(packages: readonly NamedVersion[]): Promise<ImagePython | undefined>;

  /**
   * What the file of a package says of it, of its paths only if asked. Throws an `Error` that says
   * what is wrong with the file.
   */
  readFacts(file: string, options: { readonly withPaths: boolean }): Promise<PackageFacts>;

  /**
   * Whether each package is signed itself, so that whoever has its file can prove it: then none is
   * taken that is not proved, whatever the lock says of it.
   */
  readonly arePackagesSigned: boolean;

  /**
   * Who signed a package itself, by the fingerprint of the primary key; undefined in a family whose
   * packages are listed by signed indexes. Throws `signature-invalid`, `package-corrupt`.
   */
  signerOf(request: SignerRequest): Promise<string | undefined>;

  /** When a package was built, by its file, in seconds since 1970. Throws `package-corrupt`. */
  readBuildTime(file: string): Promise<number>;

  /**
   * Files that building images would find in two packages with different content, by image, as far
   * as it shows without unpacking them. Parents come before their children. A file that cannot be
   * read is passed over.
   */
  foreseeConflicts(
    images: readonly ImagePackages[],
  ): Promise<ReadonlyMap<string, readonly FileConflict[]>>;

  /**
   * In what an unpacked package says something else of itself than the lock; undefined when it says
   * the same. Throws an `Error` when it cannot be read.
   */
  contradictionIn(unpacked: UnpackedPackage, locked: PackageId): Promise<string | undefined>;

  /**
   * Lay packages down in a layer, and interpret their scripts: nothing of any package is run.
   * Resolves with the scripts that did not run to their end, and of which nothing is left.
   */
  install(request: InstallRequest): Promise<readonly LeftScript[]>;

  /** How those of its scripts are run that have to be. */
  scriptRuns(): Promise<ScriptRunRules>;

  /**
   * The package that brings a program which the family's packages use without saying so; undefined
   * for any other program.
   */
  essentialPackageOf(program: string): Promise<string | undefined>;

  /** How an image of the family says which packages it holds. */
  database(): Promise<PackageDatabase>;

  /**
   * Bring what proves a lock's packages into the store. What cannot be had is left out, with the
   * reason. Throws `disk-full`, `store-unusable`.
   */
  findEvidence(place: EvidencePlace, request: EvidenceRequest): Promise<FoundEvidence>;

  /**
   * Follow the chain from a trusted key to each package. Throws `signature-invalid` for metadata
   * that is not signed, and for a package of which it says something else than the lock and none
   * says the same.
   */
  provePackages(request: ProvePackagesRequest): Promise<Proof>;
}
