import type { CommandCall } from "../command.ts";
import { below, isFolder, lastName } from "./paths.ts";
import { complain, quoted } from "./report.ts";

/** A path that is copied, moved or linked, and where it goes; both as they were written. */
export interface Transfer {
  readonly from: string;
  readonly to: string;
}

/**
 * The last operand names a folder for the others, or, when it is none, a new name for one. Gives a
 * status after it has said what is wrong.
 */
export function transfersOf(
  call: CommandCall,
  operands: readonly string[],
  options: {
    /** The value of `-t`. */
    readonly folder?: string | undefined;
    /** `-T`: the last operand is never a folder to put things into. */
    readonly isExact?: boolean;
    /** `-n` of ln: a link to a folder is no folder. */
    readonly isLinkNoFolder?: boolean;
  },
): readonly Transfer[] | number {
  const [first, second] = operands;
  if (first === undefined) return complain(call, "missing file operand");
  if (options.folder !== undefined) return intoFolder(call, operands, options.folder);
  if (second === undefined) {
    return complain(call, `missing destination file operand after ${quoted(first)}`);
  }
  const last = operands.at(-1) ?? "";
  const path = call.path(last);
  const isLink = options.isLinkNoFolder === true && call.root.lstat(path)?.kind === "symlink";
  const isInto = options.isExact !== true && !isLink && isFolder(call.root, path);
  if (isInto) return intoFolder(call, operands.slice(0, -1), last);
  if (operands.length > 2) {
    return options.isExact === true
      ? complain(call, `extra operand ${quoted(operands[2] ?? "")}`)
      : complain(call, `target ${quoted(last)} is not a directory`);
  }
  return [{ from: first, to: last }];
}

function intoFolder(
  call: CommandCall,
  names: readonly string[],
  folder: string,
): readonly Transfer[] | number {
  if (!isFolder(call.root, call.path(folder))) {
    return complain(call, `target ${quoted(folder)} is not a directory`);
  }
  return names.map((from) => ({ from, to: below(folder, lastName(from)) }));
}
