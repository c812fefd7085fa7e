/** A distribution and its release, as the manifest spells it. */
export type OsName = "debian-12" | "debian-13" | "oraclelinux-9";

/** A machine architecture in Debian's and Go's spelling. */
export type Architecture = "amd64" | "arm64";
