/** What qclock knows of a distribution's release. Every list of names derives from this table. */
export interface OperatingSystem {
  /** Which rules, formats and tools its packages follow. */
  readonly family: "deb" | "rpm";
  /** How people write it. */
  readonly title: string;
  /** The distribution's own name of the release, which its repositories go by. */
  readonly suite: string;
  /**
   * The releases whose keys may sign its repositories, the likeliest first. Debian signs a stable
   * release with its own keys and, near a new release, with the next one's.
   */
  readonly keysOf: readonly string[];
  readonly architectures: readonly Architecture[];
}

/** A machine architecture in Debian's and Go's spelling. */
export type Architecture = keyof typeof platforms;

/** A kind of machine that images can be made for. */
export interface Platform {
  /** How people write it: OCI's system and architecture. */
  readonly name: string;
  /** What OCI's description of an image says beside the architecture, where that is not enough. */
  readonly variant?: string;
}

/** Every architecture. Source of the variants: OCI image-spec 1.1, image-index.md. */
export const platforms = {
  amd64: { name: "linux/amd64" },
  arm64: { name: "linux/arm64", variant: "v8" },
} as const satisfies Readonly<Record<string, Platform>>;

/** The names of all platforms, in the table's order. */
export const platformNames: readonly string[] = Object.values(platforms).map(({ name }) => name);

/** The systems that images can be made from. */
export const operatingSystems = {
  "oraclelinux-9": {
    family: "rpm",
    title: "Oracle Linux 9",
    suite: "OL9",
    keysOf: ["oraclelinux-9"],
    architectures: ["amd64", "arm64"],
  },
  "debian-12": {
    family: "deb",
    title: "Debian 12",
    suite: "bookworm",
    keysOf: ["debian-12", "debian-13"],
    architectures: ["amd64", "arm64"],
  },
  "debian-13": {
    family: "deb",
    title: "Debian 13",
    suite: "trixie",
    keysOf: ["debian-13", "debian-12"],
    architectures: ["amd64", "arm64"],
  },
} as const satisfies Readonly<Record<string, OperatingSystem>>;

/** A distribution and its release, as the manifest spells it. */
export type OsName = keyof typeof operatingSystems;

/** All names, in the table's order. */
export const osNames: readonly OsName[] = Object.keys(operatingSystems).filter((name) =>
  isOs(name),
);

/** What images are made from where the manifest names no system. */
export const defaultOs: OsName = "debian-12";

/** The architecture of a platform by its name; undefined for a name that is none. */
export function architectureOfPlatform(name: string): Architecture | undefined {
  return architectures.find((each) => platforms[each].name === name);
}

/** All architectures, in the table's order. */
export const architectures: readonly Architecture[] = Object.keys(platforms).filter((name) =>
  isArchitecture(name),
);

/** Whether a text is an architecture that images can be made for. */
export function isArchitecture(name: string): name is Architecture {
  return Object.hasOwn(platforms, name);
}

/** Whether a text is the name of a system that images can be made from. */
export function isOs(name: string): name is OsName {
  return Object.hasOwn(operatingSystems, name);
}

/** Whether a list of allowed values is the list of systems. */
export function areOsNames(values: readonly string[]): boolean {
  return osNames.every((name) => values.includes(name));
}

/**
 * The system that a file or folder is for by the end of its name, as `rootfs.debian-12`; undefined:
 * for all.
 */
export function osOfPath(path: string): string | undefined {
  const [, ending] = /\.([^./]+)\/?$/.exec(path) ?? [];
  return ending !== undefined && isOs(ending) ? ending : undefined;
}
