import { fromBytes, toBytes } from "../scripts/bytes.ts";
import { makeFolders } from "../scripts/commands/mkdir.ts";
import { linesOf } from "../scripts/commands/lines.ts";
import { folderOf } from "../scripts/commands/paths.ts";
import type { CommandCall } from "../scripts/command.ts";

/** Steps of finding a file and reading it, however short it is. */
const FILE = 10;

type Counting = Pick<CommandCall, "root" | "countSteps">;

/** The lines of a file, which count as steps by their length; none when it is not there. */
export function readLines(call: Counting, path: string): readonly string[] {
  const lines = linesIn(call.root, path);
  call.countSteps(FILE);
  for (const { length } of lines) call.countSteps(1 + (length >> 6));
  return lines;
}

/** The same for lines that are matched with patterns that look for the end of blanks. */
export function readLinesToMatch(call: Counting, path: string): readonly string[] {
  const lines = linesIn(call.root, path);
  call.countSteps(FILE);
  countLines(call, lines);
  return lines;
}

/** The lines of a file that is read outside of any script. */
export function linesIn(root: CommandCall["root"], path: string): readonly string[] {
  return root.stat(path)?.kind === "file" ? linesOf(fromBytes(root.read(path))) : [];
}

/** Count lines to match: of a long one the square, which is what looking for an end may take. */
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
