import { removeTree } from "../../scripts/commands/rm.ts";
import type { ScriptRoot } from "../../scripts/root.ts";
import { putFile, putFolder, putLink } from "../../scripts/root-files.ts";

/**
 * The top folders that Debian has merged into /usr; packages still ship files under the old names.
 */
const MERGED = ["bin", "sbin", "lib", "lib64"];

const TEMPORARY = "/tmp";
const RUN = "/run";

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

/**
 * A folder for what scripts write beside their files, where no package brings one: base-files is
 * always there when dpkg runs them, and here it need not be.
 */
export function addTemporaryFolder(root: ScriptRoot): boolean {
  if (root.lstat(TEMPORARY) !== undefined) return false;
  putFolder(root, TEMPORARY, { mode: 0o1777 });
  return true;
}

/** The same for what runs; a script makes a folder of its own there. True when it was made. */
export function lendRunFolder(root: ScriptRoot): boolean {
  if (root.lstat(RUN) !== undefined) return false;
  putFolder(root, RUN);
  return true;
}

/** It stays with what scripts have made there. */
export function takeRunFolderBack(root: ScriptRoot): void {
  if (root.lstat(RUN)?.kind === "directory" && root.list(RUN).length === 0) root.remove(RUN);
}

/** Nothing that scripts left there is part of an image. */
export function removeTemporaryFolder(root: ScriptRoot): void {
  if (root.lstat(TEMPORARY) === undefined) return;
  removeTree({ root, countSteps: () => undefined }, TEMPORARY);
}
