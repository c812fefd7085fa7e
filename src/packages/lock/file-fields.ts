import * as z from "zod";
import type { Digest } from "../../digest.ts";
import { architectures, osNames } from "../../os.ts";
import type {
  Lock,
  LockedArtifact,
  LockedImage,
  LockedPackage,
  LockedRepository,
  LockedWheels,
  LockTarget,
} from "../package.ts";
import { formatReason, parseReason } from "../reason.ts";

/** The lock's own format; a newer one is refused rather than half understood. */
export const FORMAT = 2;

const digestSchema = z.templateLiteral(["sha256:", z.string().regex(/^[0-9a-f]{64}$/)]);

/** What is shown on a terminal must not be able to steer it. */
const shown = z.string().regex(/^[^\p{Cc}\p{Cf}]*$/u, "holds control characters");

const fingerprint = z.string().regex(/^[0-9A-F]{40}(?:[0-9A-F]{24})?$/);

const packageSchema = z.strictObject({
  name: shown,
  version: shown,
  architecture: shown,
  repository: shown,
  // It becomes a part of URLs, where an encoded dot is a dot.
  path: shown.regex(/^(?!\/)(?!.*(?:\.|%2e){2})/i),
  size: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  source: shown,
  built: z.int().positive(),
  signed_by: fingerprint.optional(),
  reasons: z.array(shown.regex(/^(?:requested|essential|\S+ needs \S.*)$/)).nonempty(),
  unsigned: z.literal(true).optional(),
});

const artifactSchema = z.strictObject({
  url: shown.regex(/^https?:\/\//),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  size: z.int().nonnegative(),
  path: shown.regex(/^\/(?!.*\.\.)/),
});

const wheelSchema = z.strictObject({
  name: shown.regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/),
  version: shown,
  file: shown.regex(/^[\w.+!-]+\.whl$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  size: z.int().nonnegative(),
  reasons: z.array(shown.regex(/^(?:requested|\S+ needs \S.*)$/)).nonempty(),
});

const wheelsSchema = z.strictObject({
  requirements: digestSchema,
  files: z.array(wheelSchema),
});

/** What a lock has to be, field by field. */
export const lockSchema = z.strictObject({
  version: z.literal(FORMAT),
  targets: z.record(
    shown,
    z.strictObject({
      os: z.enum(osNames),
      architecture: z.enum(architectures),
      inputs: digestSchema,
      modules: z.array(shown).nonempty().optional(),
      repositories: z.array(
        z.strictObject({
          id: shown,
          archive: z.enum(["main", "security"]),
          metadata: digestSchema,
          indexes: z.record(shown, digestSchema),
          signed_by: fingerprint.optional(),
        }),
      ),
      images: z.record(
        shown,
        z.strictObject({
          newest_build: z.int().positive().optional(),
          packages_layer: digestSchema.optional(),
          run_layer: digestSchema.optional(),
          packages: z.array(packageSchema),
          artifacts: z.array(artifactSchema).optional(),
          wheels: wheelsSchema.optional(),
        }),
      ),
    }),
  ),
});

type LockFile = z.infer<typeof lockSchema>;
type LockFileTarget = LockFile["targets"][string];
type LockFilePackage = z.infer<typeof packageSchema>;
type LockFileArtifact = z.infer<typeof artifactSchema>;
type LockFileWheels = z.infer<typeof wheelsSchema>;

/** A target as it is written. */
export function toFile(target: LockTarget): LockFileTarget {
  const images: LockFileTarget["images"] = {};
  for (const [name, image] of target.images) {
    images[name] = {
      ...(image.newestBuild === undefined ? {} : { newest_build: image.newestBuild }),
      ...(image.packagesLayer === undefined ? {} : { packages_layer: image.packagesLayer }),
      ...(image.runLayer === undefined ? {} : { run_layer: image.runLayer }),
      packages: image.packages.map(packageToFile),
      ...(image.artifacts === undefined ? {} : { artifacts: image.artifacts.map(artifactToFile) }),
      ...(image.wheels === undefined ? {} : { wheels: wheelsToFile(image.wheels) }),
    };
  }
  return {
    os: target.os,
    architecture: target.architecture,
    inputs: target.inputs,
    ...(target.modules === undefined ? {} : { modules: [...target.modules] }),
    repositories: target.repositories.map((repository) => ({
      id: repository.id,
      archive: repository.archive,
      metadata: repository.metadataDigest,
      indexes: Object.fromEntries(repository.indexDigests),
      ...(repository.signedBy === undefined ? {} : { signed_by: repository.signedBy }),
    })),
    images,
  };
}

function packageToFile(entry: LockedPackage): LockFilePackage {
  return {
    name: entry.name,
    version: entry.version,
    architecture: entry.architecture,
    repository: entry.repository,
    path: entry.path,
    size: entry.sizeBytes,
    sha256: entry.digest.slice("sha256:".length),
    source: `${entry.source} ${entry.sourceVersion}`,
    built: entry.buildTime,
    ...(entry.signedBy === undefined ? {} : { signed_by: entry.signedBy }),
    reasons: entry.reasons.map(formatReason),
    ...(entry.unsigned === true ? { unsigned: true } : {}),
  };
}

function artifactToFile({ url, digest, sizeBytes, path }: LockedArtifact): LockFileArtifact {
  return { url, sha256: digest.slice("sha256:".length), size: sizeBytes, path };
}

function artifactFromFile({ url, sha256, size, path }: LockFileArtifact): LockedArtifact {
  return { url, digest: `sha256:${sha256}`, sizeBytes: size, path };
}

function wheelsToFile({ requirements, files }: LockedWheels): LockFileWheels {
  return {
    requirements,
    files: files.map(({ name, version, file, digest, sizeBytes, reasons }) => ({
      name,
      version,
      file,
      sha256: digest.slice("sha256:".length),
      size: sizeBytes,
      reasons: reasons.map(formatReason),
    })),
  };
}

function wheelsFromFile({ requirements, files }: LockFileWheels): LockedWheels {
  return {
    requirements,
    files: files.map(({ name, version, file, sha256, size, reasons }) => ({
      name,
      version,
      file,
      digest: `sha256:${sha256}`,
      sizeBytes: size,
      reasons: reasons.map(parseReason),
    })),
  };
}

/** A lock as it was written. */
export function fromFile(file: LockFile): Lock {
  const targets = new Map<string, LockTarget>();
  for (const [key, target] of Object.entries(file.targets)) {
    const images = new Map<string, LockedImage>();
    for (const [name, image] of Object.entries(target.images)) {
      images.set(name, {
        packages: image.packages.map(packageFromFile),
        ...(image.artifacts === undefined
          ? {}
          : { artifacts: image.artifacts.map(artifactFromFile) }),
        ...(image.wheels === undefined ? {} : { wheels: wheelsFromFile(image.wheels) }),
        ...(image.newest_build === undefined ? {} : { newestBuild: image.newest_build }),
        ...(image.packages_layer === undefined ? {} : { packagesLayer: image.packages_layer }),
        ...(image.run_layer === undefined ? {} : { runLayer: image.run_layer }),
      });
    }
    targets.set(key, {
      os: target.os,
      architecture: target.architecture,
      inputs: target.inputs,
      ...(target.modules === undefined ? {} : { modules: target.modules }),
      repositories: target.repositories.map(repositoryFromFile),
      images,
    });
  }
  return { version: FORMAT, targets };
}

function repositoryFromFile(entry: LockFileTarget["repositories"][number]): LockedRepository {
  const { id, archive, metadata, indexes, signed_by } = entry;
  const indexDigests = new Map<string, Digest>(Object.entries(indexes));
  return {
    id,
    archive,
    metadataDigest: metadata,
    indexDigests,
    ...(signed_by === undefined ? {} : { signedBy: signed_by }),
  };
}

function packageFromFile(entry: LockFilePackage): LockedPackage {
  const [source = "", sourceVersion = ""] = entry.source.split(" ");
  return {
    name: entry.name,
    version: entry.version,
    architecture: entry.architecture,
    repository: entry.repository,
    path: entry.path,
    sizeBytes: entry.size,
    digest: `sha256:${entry.sha256}`,
    source,
    sourceVersion,
    buildTime: entry.built,
    ...(entry.signed_by === undefined ? {} : { signedBy: entry.signed_by }),
    reasons: entry.reasons.map(parseReason),
    ...(entry.unsigned === true ? { unsigned: true } : {}),
  };
}
