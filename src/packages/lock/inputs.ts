import { assembledImages } from "../../stack/images/assembled-images.ts";
import type { AssembledImage, Stack } from "../../stack/stack.ts";
import type { Digest } from "../../digest.ts";
import { type ArtifactPin, sortedByPath } from "../artifacts.ts";
import { digestOf } from "../canonical-json.ts";
import { requirementsDigest } from "../wheels/requirements-digest.ts";

/**
 * Digest of what the manifest says about packages: operating system, mirrors, and for each
 * assembled image its parent, packages, accounts, exclusions, artifacts and wheels. A port, a page
 * or an environment variable changes nothing here, so a lock goes stale only when it has to. `own`
 * gives other artifacts and wheels than the manifest's.
 */
export function packageInputs(
  stack: Stack,
  own: (image: AssembledImage) => OwnInputs = ownInputs,
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
    ...artifactInputs(own(image).artifacts),
    ...wheelInputs(own(image).requirements),
  }));
  return digestOf({
    os: stack.os,
    architecture: stack.architecture,
    mirror: stack.mirrors.get(stack.os) ?? "",
    // Absent where the manifest names none, so that the digest is as it was before it could.
    ...(stack.modules === undefined ? {} : { modules: stack.modules }),
    ...(stack.furtherRepositories === undefined ? {} : { repositories: stack.furtherRepositories }),
    images,
  });
}

/** What an image has beside its packages, as the lock knows it. */
interface OwnInputs {
  readonly artifacts: readonly ArtifactPin[];
  /** Digest of what its requirements file asks for; undefined where it has none. */
  readonly requirements: Digest | undefined;
}

function ownInputs({ artifacts, wheels }: AssembledImage): OwnInputs {
  const requirements = wheels === undefined ? undefined : requirementsDigest(wheels.requirements);
  return { artifacts, requirements };
}

/** Nothing for an image without wheels, whose digest is as it was before there were some. */
function wheelInputs(requirements: Digest | undefined): object {
  return requirements === undefined ? {} : { wheels: requirements };
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
