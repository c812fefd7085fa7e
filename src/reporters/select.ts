import { createStyle } from "./format/style.ts";
import { createJsonReporter } from "./json.ts";
import { createPlainReporter } from "./plain.ts";
import { createQuietReporter } from "./quiet.ts";
import type { Reporter } from "./reporter.ts";
import { createTreeReporter } from "./tree.ts";
import { unreachable } from "../unreachable.ts";

/** How progress is shown. */
export type ProgressMode = "tty" | "plain" | "json" | "quiet";

export interface ReporterOptions {
  readonly mode: ProgressMode;
  readonly stderr: NodeJS.WriteStream;
  /** Name of the command, such as `up`. */
  readonly command: string;
  readonly color: boolean;
  readonly verbose: boolean;
  readonly now: () => number;
  readonly logFile: () => string | undefined;
}

/**
 * What `--progress auto` means here: a live tree on a terminal that can draw one, else a line for
 * each event.
 */
export function selectMode(terminal: {
  readonly isTerminal: boolean;
  readonly term: string | undefined;
  readonly isCi: boolean;
}): ProgressMode {
  return terminal.isTerminal && terminal.term !== "dumb" && !terminal.isCi ? "tty" : "plain";
}

/** The reporter for a mode. Everything but data goes through it to standard error. */
export function createReporter(options: ReporterOptions): Reporter {
  const style = createStyle({ color: options.color });
  const common = { style, verbose: options.verbose, logFile: options.logFile };
  switch (options.mode) {
    case "tty":
      return createTreeReporter({
        ...common,
        stderr: options.stderr,
        command: options.command,
        now: options.now,
      });
    case "plain":
      return createPlainReporter({ ...common, output: options.stderr });
    case "json":
      return createJsonReporter({ output: options.stderr });
    case "quiet":
      return createQuietReporter({ ...common, output: options.stderr });
    default:
      return unreachable(options.mode);
  }
}
