/** How much a script may take. Each is named when it is reached. */
export interface ScriptLimits {
  /** Commands, turns of loops, words and what the commands themselves count. */
  readonly steps: number;
  /** Of all that a script prints, and of what goes through its pipes and substitutions. */
  readonly outputBytes: number;
  /** Of variables, arguments, functions and open pipes at one time. */
  readonly memoryBytes: number;
  /** Of what scripts write into files of the root, at one time. */
  readonly fileBytes: number;
  /** Files, folders and links that scripts add to the root. */
  readonly nodes: number;
  /** Commands within commands: functions, subshells, `eval`, `.`, compound commands. */
  readonly depth: number;
  /** Of one script, or of one text that `eval` or `.` reads. */
  readonly parseBytes: number;
}

export type LimitName = keyof ScriptLimits;

/** Ten times what the largest maintainer scripts of Debian take, and more. */
export const scriptLimits: ScriptLimits = {
  steps: 5_000_000,
  outputBytes: 16 * 1024 ** 2,
  memoryBytes: 64 * 1024 ** 2,
  fileBytes: 256 * 1024 ** 2,
  nodes: 200_000,
  depth: 400,
  parseBytes: 4 * 1024 ** 2,
};

/** A script takes more than it may. It is stopped, and nothing of what it did counts. */
export class LimitReached extends Error {
  override readonly name = "LimitReached";
  readonly limit: LimitName;

  constructor(limit: LimitName) {
    super(`the limit of ${limit} is reached`);
    this.limit = limit;
  }
}
