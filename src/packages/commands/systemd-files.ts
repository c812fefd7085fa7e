import type { CommandCall } from "../scripts/command.ts";

/** Where a tool of systemd looks for its files; a name in an earlier one hides the later ones. */
const PLACES = ["/etc", "/run", "/usr/local/lib", "/usr/lib"];

/** A file of `sysusers.d` or `tmpfiles.d` as it was named, and its path where there is one. */
export interface SystemdFile {
  readonly name: string;
  readonly path: string | undefined;
}

/**
 * The files that a tool of systemd is to read: those that are named, by path or by name, or all
 * that end with `.conf`, sorted by name. Source: sysusers.d(5), tmpfiles.d(5).
 */
export function systemdFiles(
  { root }: Pick<CommandCall, "root">,
  folder: "sysusers.d" | "tmpfiles.d",
  names: readonly string[],
): readonly SystemdFile[] {
  const folders = PLACES.map((place) => `${place}/${folder}`);
  const isThere = (path: string): boolean => root.stat(path) !== undefined;
  const listed = (): readonly string[] => {
    const found = folders.flatMap((each) => (isThere(each) ? root.list(each) : []));
    return [...new Set(found)].filter((name) => name.endsWith(".conf")).toSorted();
  };
  return (names.length > 0 ? names : listed()).map((name) => {
    const paths = name.startsWith("/") ? [name] : folders.map((each) => `${each}/${name}`);
    return { name, path: paths.find(isThere) };
  });
}
