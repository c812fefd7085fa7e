import type { Architecture } from "../os.ts";
import type { LeftScript, ScriptCall } from "./installation.ts";

/** A script of a package that is run in the image itself, since it cannot be interpreted. */
export interface ScriptToRun extends Pick<LeftScript, "package" | "script"> {
  readonly call: ScriptCall;
}

/** What those who run scripts of a family need to know beside the calls. */
export interface ScriptRunRules {
  /** Absolute path of the folder in which a script asks for others. */
  readonly requestFolder: string;
  /** The file in it that holds what was asked for and not done yet. */
  readonly requestFile: string;
  /** The scripts that are asked for, by the texts of the folder's files. */
  readonly requested: (
    files: ReadonlyMap<string, string>,
    image: {
      readonly architecture: Architecture;
      /** The time of what is made, in seconds since 1970. */
      readonly epoch: number;
      /** Whether the image has a file at a path without a leading slash. */
      readonly has: (path: string) => boolean;
    },
  ) => readonly ScriptToRun[];
  /**
   * Paths without a leading slash, of files that tell when and where scripts were run and that
   * nothing needs: locks, logs, caches by inode.
   */
  readonly leftOut: readonly string[];
}

/** The scripts that can be run, of some that were undone. */
export function scriptsToRun(left: readonly LeftScript[]): readonly ScriptToRun[] {
  return left.flatMap(({ package: name, script, call }) =>
    call === undefined ? [] : [{ package: name, script, call }],
  );
}
