import type { Command } from "commander";
import type { Session } from "./open/session.ts";
import { addSettings } from "./settings/settings.ts";
import { rememberCommand } from "./usage/usage-error.ts";

/** Carries a command out; resolves with its exit code. */
export type Act = (session: Session) => Promise<number>;

/** What a command file gets to declare itself. */
export interface Registry {
  readonly program: Command;
  /** Carry an action out: makes the session, reports what fails, keeps the exit code. */
  readonly run: (command: Command, act: Act) => Promise<void>;
}

/** How a command introduces itself. */
export interface Introduction {
  /** `logs [services...]` */
  readonly usage: string;
  /** One line, imperative, without a full stop. */
  readonly summary: string;
  /** What is worth knowing beyond the summary. */
  readonly description?: string;
  /** At least two real command lines, each with what it does. */
  readonly examples: readonly (readonly [commandLine: string, meaning: string])[];
}

/**
 * Declare a command the way all are declared: its introduction, its own options, then the global
 * ones.
 */
export function declareCommand(
  parent: Command,
  introduction: Introduction,
  addOptions: (command: Command) => Command = (command) => command,
): Command {
  const { usage, summary, description, examples } = introduction;
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, meaning]) => `  $ ${line.padEnd(width)}   # ${meaning}`);
  const command = parent
    .command(usage)
    .summary(summary)
    .description(description === undefined ? `${summary}.` : `${summary}.\n\n${description}`)
    .addHelpText("after", `\nExamples:\n${lines.join("\n")}`)
    .optionsGroup("Options:");
  return addSettings(addOptions(rememberCommand(command)));
}
