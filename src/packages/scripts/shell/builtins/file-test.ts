import type { Shell } from "../execute/shell.ts";

/** The operators of `test` that look at one file. */
export function testFile(shell: Shell, operator: string, name: string): boolean {
  const { root } = shell.world;
  const path = name === "" ? "" : shell.path(name);
  if (operator === "-h" || operator === "-L") return root.lstat(path)?.kind === "symlink";
  const status = root.stat(path);
  if (status === undefined) return isStandard(shell, path) && /^-[ercwp]$/.test(operator);
  switch (operator) {
    case "-e":
    case "-r":
    case "-w":
    case "-a":
      return true;
    case "-x":
      return status.kind === "directory" || (status.mode & 0o111) !== 0;
    case "-f":
      return status.kind === "file";
    case "-d":
      return status.kind === "directory";
    case "-c":
      return status.kind === "device";
    case "-s":
      return status.size > 0 || status.kind === "directory";
    case "-u":
      return (status.mode & 0o4000) !== 0;
    case "-g":
      return (status.mode & 0o2000) !== 0;
    case "-k":
      return (status.mode & 0o1000) !== 0;
    // Scripts run as root.
    case "-O":
      return status.uid === 0;
    case "-G":
      return status.gid === 0;
    default:
      return false;
  }
}

/** `-nt`, `-ot` and `-ef`. */
export function compareFiles(
  shell: Shell,
  operator: string,
  names: readonly [string, string],
): boolean {
  const { root } = shell.world;
  const [first, second] = names.map((name) => root.stat(name === "" ? "" : shell.path(name)));
  if (first === undefined || second === undefined) {
    // To bash, a file that is there is newer than one that is not.
    if (shell.dialect !== "bash" || operator === "-ef") return false;
    return (operator === "-nt" ? first : second) !== undefined;
  }
  if (operator === "-nt") return first.mtime > second.mtime;
  if (operator === "-ot") return first.mtime < second.mtime;
  return first.inode === second.inode;
}

function isStandard(shell: Shell, path: string): boolean {
  const at = ["/dev/stdin", "/dev/stdout", "/dev/stderr"].indexOf(path);
  return at !== -1 && shell.descriptors[at] !== undefined;
}
