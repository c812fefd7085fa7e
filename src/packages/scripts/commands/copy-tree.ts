import type { CommandCall } from "../command.ts";
import type { NodeStatus } from "../root.ts";
import { below } from "./paths.ts";

export interface CopyRules {
  /** Where links are followed: nowhere, where one is named by the caller, everywhere. */
  readonly follow: "never" | "operands" | "always";
  readonly keeps: { readonly mode: boolean; readonly owner: boolean; readonly time: boolean };
  /** Names of one file stay names of one file. */
  readonly keepsHardLinks: boolean;
  readonly isRecursive: boolean;
  /** What stands at the goal is left as it is. */
  readonly isNoClobber: boolean;
  /** A link that is made replaces what stands at the goal. */
  readonly isForced: boolean;
  /** What stands at the goal, and is no folder, goes first. */
  readonly removesFirst: boolean;
  /** A goal that is newer or as old is left as it is. */
  readonly onlyNewer: boolean;
  /** A second name is made instead of a copy. */
  readonly asHardLink: boolean;
  readonly asSymbolicLink: boolean;
  /** The mode is that of a new file. */
  readonly hasNewMode: boolean;
}

/**
 * Copies a path of the root as cp(1). A folder is merged into one that is there. Gives what was
 * wrong as a message, or nothing.
 */
export function copyTree(
  call: CommandCall,
  path: {
    readonly from: string;
    readonly to: string;
    readonly isOperand: boolean;
    /** The target of a symbolic link that is made instead of a copy. */
    readonly written?: string;
  },
  rules: CopyRules,
  /** First copies of files with several names. */
  copies: Map<number, string> = new Map(),
  /** The folder that the copy of the operand began with, which is never copied itself. */
  begun: { inode?: number } = {},
): string | undefined {
  const { root } = call;
  const { from, to, isOperand } = path;
  call.countSteps();
  const isFollowed = rules.follow === "always" || (rules.follow === "operands" && isOperand);
  const source = isFollowed ? root.stat(from) : root.lstat(from);
  if (source === undefined) return `cannot stat '${from}': No such file or directory`;
  if (source.kind === "directory") {
    return copyFolder(call, { from, to, source }, { rules, copies, begun });
  }

  const present = root.lstat(to);
  if (present !== undefined) {
    if (rules.isNoClobber) return undefined;
    const goal = root.stat(to);
    if (isSameFile(call, path, { source, present, rules })) {
      return `'${from}' and '${to}' are the same file`;
    }
    if (goal?.kind === "directory") {
      return `cannot overwrite directory '${to}' with non-directory`;
    }
    if (rules.onlyNewer && (goal?.mtime ?? 0) >= source.mtime) return undefined;
    if (rules.removesFirst || source.kind === "symlink") root.remove(to);
  }
  if ((rules.asHardLink || rules.asSymbolicLink) && rules.isForced) {
    if (root.lstat(to) !== undefined) root.remove(to);
  }
  if (rules.asHardLink) {
    root.link(from, to);
    return undefined;
  }
  if (rules.asSymbolicLink) {
    root.symlink(path.written ?? from, to);
    return undefined;
  }
  const first = rules.keepsHardLinks && source.links > 1 ? copies.get(source.inode) : undefined;
  if (first !== undefined) {
    if (root.lstat(to) !== undefined) root.remove(to);
    root.link(first, to);
    return undefined;
  }
  if (source.links > 1) copies.set(source.inode, to);
  if (source.kind === "symlink") {
    root.symlink(root.readlink(from), to);
    if (rules.keeps.owner) {
      root.chown(to, { uid: source.uid, gid: source.gid, isLinkItself: true });
    }
    return undefined;
  }
  if (source.kind === "device") {
    if (isFollowed || !rules.isRecursive) {
      root.write(to, new Uint8Array(), 0o666 & ~call.umask);
      return undefined;
    }
    return call.unsupported(`a copy of the device ${from}`);
  }
  // A dangling link at the goal is refused by cp.
  if (root.lstat(to)?.kind === "symlink" && root.stat(to) === undefined) {
    return `not writing through dangling symlink '${to}'`;
  }
  const mode = rules.hasNewMode ? 0o666 : source.mode & 0o777;
  root.write(to, root.read(from), mode & ~call.umask);
  keepAttributes(call, to, source, rules);
  return undefined;
}

function copyFolder(
  call: CommandCall,
  { from, to, source }: { readonly from: string; readonly to: string; readonly source: NodeStatus },
  {
    rules,
    copies,
    begun,
  }: {
    readonly rules: CopyRules;
    readonly copies: Map<number, string>;
    readonly begun: { inode?: number };
  },
): string | undefined {
  const { root } = call;
  if (!rules.isRecursive) return `-r not specified; omitting directory '${from}'`;
  const present = root.stat(to);
  if (present !== undefined && present.kind !== "directory") {
    return `cannot overwrite non-directory '${to}' with directory '${from}'`;
  }
  if (source.inode === begun.inode || source.inode === present?.inode) {
    return `cannot copy a directory, '${from}', into itself, '${to}'`;
  }
  if (present === undefined) {
    if (root.lstat(to)?.kind === "symlink") {
      return `cannot overwrite non-directory '${to}' with directory '${from}'`;
    }
    root.mkdir(to, source.mode & 0o1777 & ~call.umask);
    begun.inode ??= root.lstat(to)?.inode ?? 0;
  }
  let wrong: string | undefined;
  // The copy is met in the source when it lies there. cp stops then; which names come before
  // depends on the file system, so that here all others are copied.
  for (const name of root.list(from)) {
    const path = { from: below(from, name), to: below(to, name), isOperand: false };
    wrong = copyTree(call, path, rules, copies, begun) ?? wrong;
  }
  if (present === undefined || !rules.isNoClobber) keepAttributes(call, to, source, rules);
  return wrong;
}

/** Whether a copy would be of a file onto itself, which cp refuses. */
function isSameFile(
  { root }: CommandCall,
  { from, to }: { readonly from: string; readonly to: string },
  {
    source,
    present,
    rules,
  }: { readonly source: NodeStatus; readonly present: NodeStatus; readonly rules: CopyRules },
): boolean {
  if (source.inode === present.inode) return true;
  if (source.kind === "symlink") {
    return present.kind !== "symlink" && root.stat(from)?.inode === present.inode;
  }
  if (root.stat(to)?.inode !== source.inode) return false;
  // Here the goal is a link that leads to the source.
  const isReplaced = rules.removesFirst || rules.asHardLink || rules.asSymbolicLink;
  return !isReplaced;
}

function keepAttributes(
  { root }: CommandCall,
  to: string,
  source: NodeStatus,
  { keeps }: CopyRules,
): void {
  if (keeps.owner) root.chown(to, { uid: source.uid, gid: source.gid });
  // The bit that the folder above handed on stays.
  const handedOn = source.kind === "directory" ? (root.stat(to)?.mode ?? 0) & 0o2000 : 0;
  if (keeps.mode) root.chmod(to, source.mode | handedOn);
  if (keeps.time) root.setTime(to, source.mtime);
}
