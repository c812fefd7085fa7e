import { removeTree } from "./scripts/commands/rm.ts";
import type { ScriptRoot } from "./scripts/root.ts";
import { putFolder } from "./scripts/root-files.ts";

const TEMPORARY = "/tmp";
const RUN = "/run";

/** A package that is laid down, by the paths that it brings. */
interface Laid {
  readonly entries: readonly { readonly path: string }[];
}

/**
 * Folders for what scripts write beside their files, where no package brings them: the package of
 * the skeleton is always there when a package manager runs them, and here it need not be. The
 * result takes them back, when all scripts have run.
 */
export function lendFolders(root: ScriptRoot, packages: readonly Laid[]): () => void {
  const brings = (folder: string): boolean =>
    packages.some(({ entries }) => entries.some(({ path }) => path === folder));
  const isTemporaryLent = !brings("tmp") && lend(root, TEMPORARY, 0o1777);
  // A script makes a folder of its own there.
  const isRunLent = !brings("run") && lend(root, RUN);
  return () => {
    if (isTemporaryLent) removeTemporaryFolder(root);
    if (isRunLent) takeRunFolderBack(root);
  };
}

/** True when the folder was made. */
function lend(root: ScriptRoot, folder: string, mode?: number): boolean {
  if (root.lstat(folder) !== undefined) return false;
  putFolder(root, folder, mode === undefined ? {} : { mode });
  return true;
}

/** It stays with what scripts have made there. */
function takeRunFolderBack(root: ScriptRoot): void {
  if (root.lstat(RUN)?.kind === "directory" && root.list(RUN).length === 0) root.remove(RUN);
}

/** Nothing that scripts left there is part of an image. */
function removeTemporaryFolder(root: ScriptRoot): void {
  if (root.lstat(TEMPORARY) === undefined) return;
  removeTree({ root, countSteps: () => undefined }, TEMPORARY);
}
