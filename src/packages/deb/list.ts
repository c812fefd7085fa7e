import { readContents } from "./look-into.ts";

/** What the reader of a lock wants to know of a package without unpacking it. */
export interface PackageListing {
  /** What it takes on disk, as its control file says; undefined where it does not. */
  readonly installedBytes: number | undefined;
  /** Paths without a leading slash that are setuid or setgid, sorted. */
  readonly privileged: readonly string[];
}

/** Look into a deb. Throws an `Error` whose message says what is wrong with the file. */
export async function listPackage(file: string): Promise<PackageListing> {
  const { control, entries } = await readContents(file);
  const kibibytes = Number(control.get("Installed-Size") ?? Number.NaN);
  return {
    installedBytes: Number.isSafeInteger(kibibytes) ? kibibytes * 1024 : undefined,
    privileged: entries
      .filter(({ type, mode }) => type === "file" && (mode & 0o6000) !== 0)
      .map(({ path }) => path)
      .toSorted(),
  };
}
