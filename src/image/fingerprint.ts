import { comparePaths } from "../archive/path-order.ts";
import { digestOf, LazyFields } from "../packages/canonical-json.ts";
import type { LockedPackage, LockedWheel, LockTarget } from "../packages/package.ts";
import { namesOf } from "../packages/proof/unproved.ts";
import type { ScriptToRun } from "../packages/script-run.ts";
import type { Artifact, AssembledImage, DockerfileImage, Image, Stack } from "../stack/stack.ts";
import type { Digest } from "../digest.ts";
import { variantOf } from "./config.ts";
import type { FileScan } from "./files/files.ts";

/** Raised when qclock itself would make other bytes from the same inputs. */
const FORMAT = 7;

export interface FingerprintRequest {
  readonly stack: Stack;
  readonly target: LockTarget;
  readonly scans: ReadonlyMap<string, FileScan>;
  /** Digest of the build context of each Dockerfile image. */
  readonly contexts: ReadonlyMap<string, Digest>;
}

/** The inputs of one image in parts, so that a change can be named. */
export interface ImageInputs {
  readonly fingerprint: Digest;
  readonly parent: string;
  readonly packages: ReadonlyMap<string, string>;
  /** By path; absent: none. */
  readonly artifacts?: ReadonlyMap<string, string>;
  /** Versions of the wheels by name; absent: none. */
  readonly wheels?: ReadonlyMap<string, string>;
  /**
   * Of each path the digest of what shows in the image, sorted by the paths' bytes. They may be
   * gone over more than once.
   */
  readonly files: Iterable<readonly [path: string, identity: string]>;
  readonly settings: Digest;
}

/**
 * The fingerprint of each image: the digest of everything that it is made from, its parent's
 * fingerprint included. Known before any work.
 */
export function fingerprintImages(request: FingerprintRequest): ReadonlyMap<string, ImageInputs> {
  const found = new Map<string, ImageInputs>();
  for (const image of request.stack.images.values())
    found.set(image.name, inputsOf(image, request, found));
  return found;
}

/**
 * Digest of what the packages layer of an image is made from; its parent's packages layers
 * included.
 */
export function packagesLayerInputs(
  image: AssembledImage,
  target: LockTarget,
  parentLayers: readonly Digest[],
): Digest {
  return digestOf({
    format: FORMAT,
    epoch: target.images.get(image.name)?.newestBuild ?? 0,
    packages: (target.images.get(image.name)?.packages ?? []).map(({ digest }) => digest),
    exclude: image.exclude,
    users: image.users,
    groups: image.groups,
    setuid: image.setuid,
    ...scriptInputs(image),
    architecture: target.architecture,
    parentLayers,
  });
}

/**
 * Digest of what the layer of scripts that are run is made from: which scripts, and all of the
 * image that they see.
 */
export function runLayerInputs(request: {
  readonly image: AssembledImage;
  readonly scripts: readonly ScriptToRun[];
  readonly epoch: number;
  readonly below: readonly Digest[];
}): Digest {
  const { image, scripts, epoch, below } = request;
  return digestOf({ format: FORMAT, epoch, run: scripts, setuid: image.setuid, below });
}

/**
 * Digest of what the artifacts layer is made from: the artifacts' bytes, and the layers that its
 * paths are resolved through.
 */
export function artifactsLayerInputs(request: {
  readonly image: AssembledImage;
  readonly epoch: number;
  readonly below: readonly Digest[];
}): Digest {
  const { image, epoch, below } = request;
  return digestOf({
    format: FORMAT,
    epoch,
    artifacts: image.artifacts.map(artifactIdentity),
    setuid: image.setuid,
    below,
  });
}

/**
 * Digest of what the wheels layer is made from: the wheels' bytes, and the layers below, whose
 * packages say which Python they are for.
 */
export function wheelsLayerInputs(request: {
  readonly wheels: readonly LockedWheel[];
  readonly epoch: number;
  readonly below: readonly Digest[];
}): Digest {
  const { wheels, epoch, below } = request;
  return digestOf({ format: FORMAT, epoch, wheels: wheels.map(wheelIdentity), below });
}

/**
 * Digest of what the files layer is made from: the files, and the layers that its paths are
 * resolved through.
 */
export function filesLayerInputs(request: {
  readonly image: AssembledImage;
  readonly scan: FileScan;
  readonly epoch: number;
  readonly below: readonly Digest[];
}): Digest {
  const { image, scan, epoch, below } = request;
  return digestOf({
    format: FORMAT,
    epoch,
    files: scan.files.identity(),
    directories: image.directories,
    ...numericUserInputs(image),
    below,
  });
}

/**
 * In words what made an image stale: `file usr/bin/x changed`, `package bash 5.1 -> 5.2`. Undefined
 * when the difference is not known.
 */
export function explainChange(previous: ImageInputs, current: ImageInputs): string {
  if (previous.parent !== current.parent) return "its base changed";
  const packages = difference(previous.packages, current.packages, "package");
  if (packages !== undefined) return packages;
  const artifacts = difference(
    previous.artifacts ?? new Map(),
    current.artifacts ?? new Map(),
    "artifact",
  );
  if (artifacts !== undefined) return artifacts;
  const wheels = difference(previous.wheels ?? new Map(), current.wheels ?? new Map(), "wheel");
  if (wheels !== undefined) return wheels;
  const files = differenceOfFiles(previous.files, current.files);
  if (files !== undefined) return files;
  return previous.settings === current.settings ? "its inputs changed" : "its settings changed";
}

function difference(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  noun: string,
): string | undefined {
  const changes: string[] = [];
  for (const [name, value] of after) {
    const old = before.get(name);
    if (old === value) continue;
    if (old === undefined) changes.push(`${noun} ${name} added`);
    else if (noun !== "artifact") changes.push(`${noun} ${name} ${old} -> ${value}`);
    else changes.push(`${noun} ${name} changed`);
  }
  for (const name of before.keys()) if (!after.has(name)) changes.push(`${noun} ${name} removed`);
  return inWords(changes[0], changes.length);
}

/** Side by side, since there may be very many. */
function differenceOfFiles(
  before: ImageInputs["files"],
  after: ImageInputs["files"],
): string | undefined {
  let count = 0;
  let first: string | undefined;
  let firstRemoved: string | undefined;
  const [olds, news] = [before[Symbol.iterator](), after[Symbol.iterator]()];
  let [old, now] = [olds.next(), news.next()];
  while (old.done !== true || now.done !== true) {
    const order =
      old.done === true ? 1 : now.done === true ? -1 : comparePaths(old.value[0], now.value[0]);
    if (order < 0) firstRemoved ??= `file ${old.value?.[0]} removed`;
    else if (order > 0) first ??= `file ${now.value?.[0]} added`;
    else if (old.value?.[1] !== now.value?.[1]) first ??= `file ${now.value?.[0]} changed`;
    if (order !== 0 || old.value?.[1] !== now.value?.[1]) count++;
    if (order <= 0) old = olds.next();
    if (order >= 0) now = news.next();
  }
  return inWords(first ?? firstRemoved, count);
}

function inWords(first: string | undefined, count: number): string | undefined {
  if (first === undefined) return undefined;
  return count === 1 ? first : `${first} and ${count - 1} more`;
}

function inputsOf(
  image: Image,
  request: FingerprintRequest,
  found: ReadonlyMap<string, ImageInputs>,
): ImageInputs {
  switch (image.type) {
    case "assembled":
      return assembledInputs(image, request, found);
    case "dockerfile":
      return dockerfileInputs(image, request, found);
    case "pulled":
      return withFingerprint(
        { parent: image.source, packages: new Map(), files: new Map(), settings: digestOf({}) },
        request,
      );
  }
}

function assembledInputs(
  image: AssembledImage,
  request: FingerprintRequest,
  found: ReadonlyMap<string, ImageInputs>,
): ImageInputs {
  const { target, scans } = request;
  const { packages: locked = [], wheels: { files: wheels = [] } = {} } =
    target.images.get(image.name) ?? {};
  return withFingerprint(
    {
      parent: image.parent === undefined ? "scratch" : (found.get(image.parent)?.fingerprint ?? ""),
      packages: new Map(locked.map(({ name, version }) => [name, version])),
      ...artifactParts(image),
      ...wheelParts(wheels),
      files: scans.get(image.name)?.files.identities ?? [],
      settings: digestOf({
        config: image.config,
        directories: image.directories,
        digests: locked.map(({ digest }) => digest),
        ...unsignedParts(locked),
        ...(wheels.length === 0 ? {} : { wheels: wheels.map(wheelIdentity) }),
        exclude: image.exclude,
        users: image.users,
        groups: image.groups,
        ...numericUserInputs(image),
        setuid: image.setuid,
        ...scriptInputs(image),
        epoch: target.images.get(image.name)?.newestBuild ?? 0,
      }),
    },
    request,
  );
}

function dockerfileInputs(
  image: DockerfileImage,
  request: FingerprintRequest,
  found: ReadonlyMap<string, ImageInputs>,
): ImageInputs {
  const parents = image.parents.map((name) => found.get(name)?.fingerprint ?? "");
  return withFingerprint(
    {
      parent: parents.join(" "),
      packages: new Map(),
      files: new Map([["context", request.contexts.get(image.name) ?? ""]]),
      settings: digestOf({
        target: image.target ?? "",
        args: image.buildArgs,
        labels: image.labels,
      }),
    },
    request,
  );
}

function withFingerprint(
  parts: Omit<ImageInputs, "fingerprint">,
  { stack }: FingerprintRequest,
): ImageInputs {
  const { os, architecture, name } = stack;
  return {
    ...parts,
    fingerprint: digestOf({
      format: FORMAT,
      stack: name,
      os,
      architecture,
      ...variantOf(architecture),
      ...parts,
      files: new LazyFields(parts.files),
    }),
  };
}

/** The packages that a label of the image will name; nothing where each is proved. */
function unsignedParts(locked: readonly LockedPackage[]): {
  readonly unsigned?: readonly string[];
} {
  const names = namesOf(locked.filter(({ unsigned }) => unsigned === true));
  return names.length === 0 ? {} : { unsigned: names };
}

/**
 * Nothing for an image without artifacts, whose fingerprint is as it was before there were some.
 */
function artifactParts({ artifacts }: AssembledImage): Pick<ImageInputs, "artifacts"> {
  if (artifacts.length === 0) return {};
  return {
    artifacts: new Map(
      artifacts.map((artifact) => [artifact.path, digestOf(artifactIdentity(artifact))]),
    ),
  };
}

/** Nothing for an image without wheels, whose fingerprint is as it was before there were some. */
function wheelParts(wheels: readonly LockedWheel[]): Pick<ImageInputs, "wheels"> {
  if (wheels.length === 0) return {};
  return { wheels: new Map(wheels.map(({ name, version }) => [name, version])) };
}

/** Everything of a wheel that shows in the image. */
function wheelIdentity({ name, version, digest }: LockedWheel): object {
  return { name, version, digest };
}

/** Everything of an artifact that shows in the image; where it is fetched from does not. */
function artifactIdentity({ url: _, ...artifact }: Artifact): object {
  return artifact;
}

/** Nothing where there is none, so that the digest is as it was before there could be. */
function numericUserInputs({ numericUsers }: AssembledImage): object {
  return numericUsers.length === 0 ? {} : { numericUsers };
}

/** What has a part in what the scripts of packages make. */
function scriptInputs({ scripts, debconf }: AssembledImage): object {
  return { scripts, debconf };
}
