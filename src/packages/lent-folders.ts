import { removeTree } from "./scripts/commands/rm.ts";
import type { ScriptRoot } from "./scripts/root.ts";
import { putFolder } from "./scripts/root-files.ts";

const TEMPORARY = "/tmp";
const RUN = "/run";

/**
 * A folder for what scripts write beside their files, where no package brings one: the package
 * of the skeleton is always there when a package manager runs them, and here it need not be.
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
