import { Chalk } from "chalk";

/** Colours by meaning. Nothing is said by colour alone: each has a word or a mark beside it. */
export interface Style {
  readonly color: boolean;
  readonly error: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly success: (text: string) => string;
  readonly accent: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly strong: (text: string) => string;
  /** A colour that is the same for the same index, to tell services apart in a log. */
  readonly series: (index: number, text: string) => string;
}

/** The colours of the output, or functions that change nothing. */
export function createStyle(options: { readonly color: boolean }): Style {
  const chalk = new Chalk({ level: options.color ? 1 : 0 });
  const series = [chalk.cyan, chalk.yellow, chalk.magenta, chalk.green, chalk.blue, chalk.red];
  return {
    color: options.color,
    error: (text) => chalk.red(text),
    warning: (text) => chalk.yellow(text),
    success: (text) => chalk.green(text),
    accent: (text) => chalk.cyan(text),
    faint: (text) => chalk.dim(text),
    strong: (text) => chalk.bold(text),
    series: (index, text) => series[index % series.length]?.(text) ?? text,
  };
}
