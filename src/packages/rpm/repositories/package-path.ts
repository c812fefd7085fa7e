import { folderOf, foldersOf, rpmArchitectures, rpmReleases } from "./repository-table.ts";

/** Where Oracle's repositories have their packages. */
const OWN_SUBFOLDER = "getPackage";

/**
 * The path of a package in the lock: that of the distribution's own mirror, so that each mirror
 * gives the same lock. One that lies in no usual folder keeps the path that its mirror has.
 */
export function lockedPath(folder: string, location: string): string {
  const file = location.slice(location.lastIndexOf("/") + 1);
  const isUsual = subfoldersOf(file).some((each) => join(each, file) === location);
  return isUsual ? `${folder}/${OWN_SUBFOLDER}/${file}` : `${folder}/${location}`;
}

/**
 * Where else mirrors may have a package, by its path in the lock: in a folder that `dnf reposync`
 * made, or with a short name; and in that under `Packages` or in none, as other programs sort them.
 */
export function otherPaths(path: string): readonly string[] {
  for (const { repositories } of rpmReleases) {
    for (const repository of repositories) {
      for (const architecture of Object.values(rpmArchitectures)) {
        const own = `${folderOf(repository, architecture)}/`;
        if (!path.startsWith(own)) continue;
        const folders = foldersOf(repository, architecture);
        return pathsIn(folders, path.slice(own.length)).filter((each) => each !== path);
      }
    }
  }
  return [];
}

function pathsIn(folders: readonly string[], location: string): readonly string[] {
  const [, file] = /^getPackage\/([^/]+)$/.exec(location) ?? [];
  const locations =
    file === undefined ? [location] : subfoldersOf(file).map((each) => join(each, file));
  return locations.flatMap((each) => folders.map((folder) => `${folder}/${each}`));
}

function subfoldersOf(file: string): readonly string[] {
  const initial = file.charAt(0);
  return [
    ...new Set([
      OWN_SUBFOLDER,
      "",
      "Packages",
      `Packages/${initial.toLowerCase()}`,
      `Packages/${initial}`,
    ]),
  ];
}

function join(folder: string, file: string): string {
  return folder === "" ? file : `${folder}/${file}`;
}
