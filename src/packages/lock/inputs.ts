import type { AssembledImage, Stack } from "../../stack/stack.ts";
import type { Digest } from "../../digest.ts";
import { type ArtifactPin, sortedByPath } from "../artifacts.ts";
import { digestOf } from "../canonical-json.ts";

/**
 * Digest of what the manifest says about packages: operating system, mirrors, and for each
 * assembled image its parent, packages, accounts, exclusions and artifacts. A port, a page or an
 * environment variable changes nothing here, so a lock goes stale only when it has to.
 * `artifactsOf` gives other artifacts than the manifest's.
 */
export function packageInputs(
  stack: Stack,
  artifactsOf: (image: AssembledImage) => readonly ArtifactPin[] = ({ artifacts }) => artifacts,
): Digest {
  const images = assembledImages(stack).map((image) => ({
    name: image.name,
    parent: image.parent ?? "scratch",
    packages: image.packages,
    exclude: image.exclude,
    users: image.users,
    groups: image.groups,
    setuid: image.setuid,
    // Absent where it says nothing, so that the digest is as it was before it could.
    ...(image.essential ? { essential: true } : {}),
    ...scriptInputs(image),
    ...artifactInputs(artifactsOf(image)),
  }));
  return digestOf({
    os: stack.os,
    architecture: stack.architecture,
    mirror: stack.mirrors.get(stack.os) ?? "",
    images,
  });
}

/**
 * What the lock pins of artifacts; nothing for an image without any, whose digest is as it was
 * before there were some.
 */
function artifactInputs(artifacts: readonly ArtifactPin[]): object {
  if (artifacts.length === 0) return {};
  return {
    artifacts: sortedByPath(artifacts).map(({ url, digest, path }) => ({ url, digest, path })),
  };
}

/**
 * What the manifest says of packages' scripts; nothing where it says nothing, so that the digest is
 * as it was before there was anything to say.
 */
function scriptInputs({ scripts, debconf }: AssembledImage): object {
  return {
    ...(scripts === "interpret" ? {} : { scripts }),
    ...(debconf.size === 0 ? {} : { debconf }),
  };
}

/** The images that are made of packages, parents before children. */
export function assembledImages(stack: Stack): readonly AssembledImage[] {
  return [...stack.images.values()].filter((image) => image.type === "assembled");
}
