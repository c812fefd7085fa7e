/**
 * What the Engine takes for an order to remove something of the layers below. Source: OCI
 * image-spec, "Whiteouts".
 */
const PREFIX = ".wh.";

/**
 * The step of a path that an image layer could not hold as a file or folder of this name, since the
 * Engine would remove something of the layers below in its place; undefined when there is none.
 */
export function whiteoutIn(path: string): string | undefined {
  // Looked for first, since this is asked of each of some 10,000 paths of an image.
  if (!path.includes(PREFIX)) return undefined;
  return path.split("/").find((step) => step.startsWith(PREFIX));
}

/** The path that a whiteout takes away; undefined for every other file. */
export function takenAway(path: string): string | undefined {
  const name = path.lastIndexOf("/") + 1;
  return path.startsWith(PREFIX, name)
    ? `${path.slice(0, name)}${path.slice(name + PREFIX.length)}`
    : undefined;
}
