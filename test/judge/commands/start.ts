import { createHash } from "node:crypto";
import type { CommandCase, StartingFile } from "./command-case.ts";

/** What a command did, by a real program or by ours. */
export interface CommandRecord {
  readonly status: number;
  readonly stdout: string;
  readonly hasErrors: boolean;
  /** The error output of a case that asks for it. */
  readonly says?: string;
  /** Each path that is not as it was: kind, mode, owner, and its content or target. */
  readonly tree: Readonly<Record<string, string>>;
}

/** The name of a case in the recording, which changes when the case does. */
export function caseKey(each: CommandCase): string {
  const digest = createHash("sha256").update(JSON.stringify(each)).digest("hex").slice(0, 8);
  return `${each.argv.join(" ").slice(0, 100)} #${digest}`;
}

/** An error output without the line that tells of `--help`, which ours leave out. */
export function withoutHint(errors: string): string {
  return errors.replaceAll(/^Try '.*\n/gm, "");
}

/** The time of files to begin with, unless a case says another one; in seconds since 1970. */
export const startTime = 1_700_000_000;

/** When a file to begin with was changed last, in seconds since 1970. */
export function modifiedAt(file: StartingFile): number {
  return typeof file === "object" && "content" in file ? (file.mtime ?? startTime) : startTime;
}

/** A path as one line of a record. */
export function describe(node: {
  readonly kind: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly content: string;
  readonly mtime: number;
}): string {
  const mode = node.kind === "symlink" ? "" : node.mode.toString(8);
  // Only a time that a command was asked for can be compared.
  const time = node.kind === "file" && node.mtime < startTime ? `@${node.mtime}` : "";
  return [node.kind, mode, `${node.uid}:${node.gid}`, node.content, time].join(" ").trim();
}

/** What became of paths, by their descriptions before and after; `gone`: one is no more. */
export function changesOf(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): Record<string, string> {
  const changed = Object.entries(after).filter(([name, line]) => before[name] !== line);
  const gone = Object.keys(before).filter((name) => after[name] === undefined);
  return Object.fromEntries([...changed, ...gone.map((name) => [name, "gone"])]);
}
