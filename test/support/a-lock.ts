import { createHash } from "node:crypto";
import type {
  Lock,
  LockedImage,
  LockedPackage,
  LockedRepository,
  LockTarget,
  Reason,
} from "../../src/packages/package.ts";
import type { Digest } from "../../src/digest.ts";

/** A digest that stands for a text. */
export function aDigest(text: string): Digest {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

/**
 * A locked package from `bash 5.2`, asked for, or from `libc6 2.36 < bash: libc6 (>= 2.36)` for one
 * that another needs.
 */
export function aLockedPackage(line: string, parts: Partial<LockedPackage> = {}): LockedPackage {
  const [id = "", why] = line.split(" < ");
  const [name = "", version = "1"] = id.split(" ");
  const [of = "", relation = ""] = why?.split(": ") ?? [];
  const reason: Reason =
    why === undefined ? { type: "requested" } : { type: "dependency", of, relation };
  return {
    name,
    version,
    architecture: "amd64",
    repository: "bookworm",
    path: `pool/${name}_${version}.deb`,
    sizeBytes: 1_000_000,
    digest: aDigest(`${name} ${version}`),
    source: name,
    sourceVersion: version,
    buildTime: 1_700_000_000,
    reasons: [reason],
    ...parts,
  };
}

/** An image of the lock from its packages' lines. */
export function aLockedImage(
  lines: readonly (string | LockedPackage)[],
  parts: Partial<LockedImage> = {},
): LockedImage {
  const packages = lines.map((line) => (typeof line === "string" ? aLockedPackage(line) : line));
  return { packages, newestBuild: 1_700_000_000, ...parts };
}

export function aLockedRepository(parts: Partial<LockedRepository> = {}): LockedRepository {
  return {
    id: "bookworm",
    archive: "main",
    metadataDigest: aDigest("release 1"),
    indexDigests: new Map([["main/binary-amd64/Packages.xz", aDigest("index 1")]]),
    signedBy: "A".repeat(40),
    ...parts,
  };
}

/** A target of images, parents first. */
export function aLockTarget(
  images: Readonly<Record<string, LockedImage>>,
  parts: Partial<LockTarget> = {},
): LockTarget {
  return {
    os: "debian-12",
    architecture: "amd64",
    inputs: aDigest("inputs"),
    repositories: [aLockedRepository()],
    images: new Map(Object.entries(images)),
    ...parts,
  };
}

export function aLock(target: LockTarget): Lock {
  return { version: 2, targets: new Map([[`${target.os}/${target.architecture}`, target]]) };
}
