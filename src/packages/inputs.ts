import type { AssembledImage, Digest, Stack } from "../stack/stack.ts";
import { digestOf } from "./canonical-json.ts";

/**
 * Digest of what the manifest says about packages: operating system, mirrors, and for each assembled
 * image its parent, packages, accounts and exclusions. A port, a page or an environment variable
 * changes nothing here, so a lock goes stale only when it has to.
 */
export function packageInputs(stack: Stack): Digest {
  const images = assembledImages(stack).map((image) => ({
    name: image.name,
    parent: image.parent ?? "scratch",
    packages: image.packages,
    exclude: image.exclude,
    users: image.users,
    groups: image.groups,
    setuid: image.setuid,
  }));
  return digestOf({
    os: stack.os,
    architecture: stack.architecture,
    mirror: stack.mirrors.get(stack.os) ?? "",
    images,
  });
}

/** The images that are made of packages, parents before children. */
export function assembledImages(stack: Stack): readonly AssembledImage[] {
  return [...stack.images.values()].filter((image) => image.type === "assembled");
}
