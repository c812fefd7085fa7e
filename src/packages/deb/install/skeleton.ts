import type { ScriptRoot } from "../../scripts/root.ts";
import { putFile, putFolder, putLink } from "../../scripts/root-files.ts";

/**
 * The top folders that Debian has merged into /usr; packages still ship files under the old names.
 */
const MERGED = ["bin", "sbin", "lib", "lib64"];

/** What bootstrapping makes before the first package: packages rely on it. */
export function addMergedFolders(root: ScriptRoot): void {
  for (const name of MERGED) {
    putFolder(root, `/usr/${name}`);
    putLink(root, `/${name}`, `usr/${name}`);
  }
}

/**
 * base-files' script turns these folders into links; done before any package puts something below
 * them.
 */
export function addRunFolders(root: ScriptRoot): void {
  putFolder(root, "/run/lock", { mode: 0o1777 });
  putLink(root, "/var/run", "/run");
  putLink(root, "/var/lock", "/run/lock");
}

/** Empty, so that whoever needs one makes it at run time and no two containers share it. */
export function addMachineId(root: ScriptRoot): void {
  if (root.lstat("/etc/machine-id") === undefined)
    putFile(root, "/etc/machine-id", "", { mode: 0o444 });
}
