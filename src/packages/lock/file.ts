import { by } from "../../order.ts";
import { isScalar, LineCounter, parseDocument, stringify } from "yaml";
import * as z from "zod";
import { architectures, osNames } from "../../os.ts";
import type { Diagnostic } from "../../diagnostic.ts";
import { fail, ok, type Result } from "../../result.ts";
import type { Digest } from "../../digest.ts";
import { findLockProblems } from "./check.ts";
import { aliasOffset, offsetOf, problem, REPAIR } from "./problems.ts";
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
const FORMAT = 2;

/** A lock of ten thousand packages takes a million. It may come with a stranger's bundle. */
const MOST_COMPARISONS = 10_000_000;
/** To find the place of each takes a look at the whole lock. */
const MOST_PROBLEMS = 100;

const HEADER = `# Written by qclock. It says which bytes the images are made of, where each comes from, who signed it and
# why it is there. Review changes like code; do not edit by hand: \`qclock lock\` writes it.
`;

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

const lockSchema = z.strictObject({
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

/** The text of `stack.lock.yaml`: sorted, one field a line, so that a difference reads well. */
export function formatLock(lock: Lock): string {
  const targets: Record<string, LockFileTarget> = {};
  for (const [key, target] of [...lock.targets].toSorted(byKey)) targets[key] = toFile(target);
  return HEADER + stringify({ version: FORMAT, targets }, { lineWidth: 0 });
}

/**
 * Read `stack.lock.yaml`. A damaged, merged or newer lock is refused with the place of each
 * problem.
 */
export function parseLock(text: string, file: string): Result<Lock, readonly Diagnostic[]> {
  const conflict = /^(?:<{7}|={7}|>{7})(?: .*)?$/m.exec(text);
  if (conflict !== null) {
    return fail([
      problem({
        text,
        file,
        offset: conflict.index,
        message: "The lock holds conflict markers of a merge.",
        hint: "Take one side (`git checkout --theirs stack.lock.yaml`), then run `qclock lock`.",
      }),
    ]);
  }
  let comparisons = 0;
  const document = parseDocument(text, {
    lineCounter: new LineCounter(),
    prettyErrors: false,
    // Each key is compared with all before it: one that comes too late counts as one of them.
    uniqueKeys: (one, other) =>
      ++comparisons > MOST_COMPARISONS ||
      (isScalar(one) && isScalar(other) && one.value === other.value),
  });
  const [syntax] = document.errors;
  if (syntax !== undefined) {
    const message = `The lock is not valid YAML: ${syntax.message}`;
    return fail([problem({ text, file, offset: syntax.pos[0], message, hint: REPAIR })]);
  }
  const alias = aliasOffset(document);
  if (alias !== undefined) {
    const message = "The lock holds a YAML alias, which qclock never writes.";
    return fail([problem({ text, file, offset: alias, message, hint: REPAIR })]);
  }
  const value: unknown = document.toJS();
  const format = formatProblem(value);
  if (format !== undefined) {
    return fail([problem({ text, file, offset: offsetOf(document, ["version"]), ...format })]);
  }
  const parsed = lockSchema.safeParse(value);
  const lock = parsed.success ? fromFile(parsed.data) : undefined;
  const problems = lock === undefined ? (parsed.error?.issues ?? []) : findLockProblems(lock);
  if (lock !== undefined && problems.length === 0) return ok(lock);
  return fail(
    problems.slice(0, MOST_PROBLEMS).map(({ path, message }) =>
      problem({
        text,
        file,
        offset: offsetOf(document, path),
        message: `The lock is damaged${path.length === 0 ? "" : ` at ${path.join(".")}`}: ${message}.`,
        hint: REPAIR,
      }),
    ),
  );
}

/**
 * What is wrong with the format that a lock says it has: of a newer one all the rest would be wrong
 * as well.
 */
function formatProblem(
  value: unknown,
): { readonly message: string; readonly hint: string } | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const version: unknown = "version" in value ? value.version : undefined;
  if (version === FORMAT) return undefined;
  if (version === 1) {
    return {
      message: `The lock has the format of an earlier qclock, 1, and this one writes ${FORMAT}.`,
      hint: "Make it anew, `rm stack.lock.yaml && qclock lock`, and review the difference: packages may move to newer versions.",
    };
  }
  return typeof version === "number" && Number.isInteger(version) && version > FORMAT
    ? {
        message: `The lock was written by a newer version of qclock: its format is ${version}, and this one reads ${FORMAT}.`,
        hint: "Use the version of qclock that the project uses.",
      }
    : {
        message:
          version === undefined
            ? "The lock does not say which format it has."
            : `The lock says that its format is ${JSON.stringify(version)}, which no version of qclock writes.`,
        hint: REPAIR,
      };
}

function toFile(target: LockTarget): LockFileTarget {
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

function fromFile(file: LockFile): Lock {
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

const byKey = by(([key]: readonly [string, unknown]) => key);
