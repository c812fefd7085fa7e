import { fromBytes, toBytes } from "../../scripts/bytes.ts";
import { makeFolders } from "../../scripts/commands/mkdir.ts";
import { linesOf } from "../../scripts/commands/lines.ts";
import { folderOf } from "../../scripts/commands/paths.ts";
import type { CommandCall } from "../../scripts/command.ts";

/** The lines of a file, which count as steps; none when it is not there. */
export function readLines(
  call: Pick<CommandCall, "root" | "countSteps">,
  path: string,
): readonly string[] {
  const lines = linesIn(call.root, path);
  countLines(call, lines);
  return lines;
}

/** The same of a file that is read outside of any script. */
export function linesIn(root: CommandCall["root"], path: string): readonly string[] {
  return root.stat(path)?.kind === "file" ? linesOf(fromBytes(root.read(path))) : [];
}

/**
 * Count lines as steps that are matched with patterns: of a long one the square counts, since that
 * is what looking for the end of blanks may take.
 */
export function countLines(call: Pick<CommandCall, "countSteps">, lines: readonly string[]): void {
  for (const { length } of lines) call.countSteps(1 + (length >> 4) ** 2);
}

/** The same for a database of dpkg, which keeps the one before. */
export function writeDatabase(call: CommandCall, path: string, lines: readonly string[]): void {
  const { root } = call;
  if (root.stat(path)?.kind === "file") root.write(`${path}-old`, root.read(path));
  writeLines(call, path, lines);
}

/** Writes a file of lines, and the folders on the way to it. Its mode stays when it is there. */
export function writeLines(
  call: CommandCall,
  path: string,
  lines: readonly string[],
  mode = 0o644,
): void {
  makeFolders({ ...call, umask: 0o022 }, folderOf(path));
  call.root.write(path, toBytes(lines.map((line) => `${line}\n`).join("")), mode);
}
