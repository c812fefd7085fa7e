import { posix } from "node:path";
import type { AssembledImage, Stack } from "../stack/stack.ts";
import { isInside } from "../stack/values.ts";
import type { Layer } from "./layers/layer.ts";
import { MergedLayers } from "./layers/merged-layers.ts";

/** What is said of a working folder that an image lacks. */
export interface MissingFolder {
  readonly message: string;
  readonly hint: string;
}

/**
 * The working folder that an image gives itself and does not have, most often since `files` have
 * landed in the root in its stead: a container then starts in an empty one. Undefined when it is
 * there, or a mount of a service lies over it.
 */
export function missingWorkingFolder(
  { services }: Pick<Stack, "services">,
  image: AssembledImage,
  /** By a path without a leading slash. */
  hasFolder: (path: string) => boolean,
): MissingFolder | undefined {
  const folder = image.config.workingDirectory;
  if (folder === undefined) return undefined;
  const wanted = posix.normalize(folder).replace(/^\/+|\/+$/g, "");
  if (wanted === "" || hasFolder(wanted)) return undefined;
  const isMounted = [...services.values()].some(
    (service) =>
      service.image === image.name &&
      [...service.mounts, ...service.tmpfs].some(({ target }) => isInside(target, `/${wanted}`)),
  );
  if (isMounted) return undefined;
  const inRoot = image.files.find(({ target }) => target === "/");
  return {
    message: `Image "${image.name}" has no folder ${folder}, its working folder.`,
    hint:
      inRoot === undefined
        ? "List it under `directories`."
        : `What \`files\` has from ${posix.basename(inRoot.source)} is laid over the root: give it \`target: ${folder}\`, or list the folder under \`directories\`.`,
  };
}

/** Whether layers have a folder, links followed. */
export function haveFolder(layers: readonly Layer[], path: string): boolean {
  return new MergedLayers(layers).follow(path)?.type === "directory";
}
