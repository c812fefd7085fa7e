import type { Architecture, OsName } from "../../../os.ts";

/** A repository of a distribution, as the distribution has it. */
export interface RpmRepository {
  /** Its name in the settings of dnf, and in the lock. */
  readonly id: string;
  /** Folder below the distribution's root, less the architecture that it ends in. */
  readonly folder: string;
  /** What it is called in short, which people name folders of a mirror by. */
  readonly short: string;
  /** Whether it is asked without being named. */
  readonly isUsual: boolean;
}

/** The repositories of a release, where they lie, and what its modules call the system. */
export interface RpmRelease {
  /** The distribution's own public mirror, without a trailing slash. */
  readonly mirror: string;
  /** What the streams of its modules are made for. */
  readonly platform: string;
  /** Of one version in two of them the earlier one's package is taken. */
  readonly repositories: readonly RpmRepository[];
}

/**
 * Source: the package `oraclelinux-release-el9` and the Instant Client's release packages, whose
 * settings have these names and addresses.
 */
const oracleLinux9: RpmRelease = {
  mirror: "https://yum.oracle.com/repo/OracleLinux/OL9",
  platform: "el9",
  repositories: [
    { id: "ol9_baseos_latest", folder: "baseos/latest", short: "baseos", isUsual: true },
    { id: "ol9_appstream", folder: "appstream", short: "appstream", isUsual: true },
    {
      id: "ol9_codeready_builder",
      folder: "codeready/builder",
      short: "codeready",
      isUsual: false,
    },
    {
      id: "ol9_oracle_instantclient",
      folder: "oracle/instantclient",
      short: "instantclient",
      isUsual: false,
    },
    {
      id: "ol9_oracle_instantclient23",
      folder: "oracle/instantclient23",
      short: "instantclient23",
      isUsual: false,
    },
  ],
};

const releases: ReadonlyMap<string, RpmRelease> = new Map([["oraclelinux-9", oracleLinux9]]);

/** All releases that qclock knows. */
export const rpmReleases: readonly RpmRelease[] = [...releases.values()];

/** The release of a system, which must be of this family. */
export function releaseOf(os: OsName): RpmRelease {
  const release = releases.get(os);
  if (release === undefined) throw new Error(`${os} has no RPM repositories`);
  return release;
}

/** An architecture as RPM says it. Packages of all architectures are `noarch`. */
export const rpmArchitectures: Readonly<Record<Architecture, string>> = {
  amd64: "x86_64",
  arm64: "aarch64",
};

/** A repository's own folder, below the distribution's root. */
export function folderOf({ folder }: RpmRepository, architecture: string): string {
  return `${folder}/${architecture}`;
}

/**
 * The folders that a mirror may have a repository in: the distribution's own, the one that
 * `dnf reposync` makes, and the short name.
 */
export function foldersOf(repository: RpmRepository, architecture: string): readonly string[] {
  return [folderOf(repository, architecture), repository.id, repository.short];
}
