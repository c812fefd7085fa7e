import type { Command, CommanderError } from "commander";
import { QclockError } from "../../error.ts";
import { adviceOnCommand } from "./foreign-words.ts";

const commands = new WeakMap<CommanderError, Command>();

/**
 * Let a command's own mistakes remember it, since commander's errors do not say where they arose.
 */
export function rememberCommand(command: Command): Command {
  return command.exitOverride((error) => {
    commands.set(error, command);
    throw error;
  });
}

/**
 * commander's `error: unknown option '--fo'\n(Did you mean --foo?)` in our own form, with where to
 * read on.
 */
export function usageError(error: CommanderError, names: readonly string[]): QclockError {
  const [message = "", ...rest] = error.message.replace(/^error: /, "").split("\n");
  const sentence =
    message.charAt(0).toUpperCase() + message.slice(1).replaceAll(/'([^']+)'/g, '"$1"');
  return new QclockError("usage", sentence.endsWith(".") ? sentence : `${sentence}.`, {
    hint: hintOf(error, { message, rest: rest.join(" "), names }),
  });
}

interface Told {
  readonly message: string;
  readonly rest: string;
  /** Of all commands. */
  readonly names: readonly string[];
}

function hintOf(error: CommanderError, { message, rest, names }: Told): string {
  const command = commands.get(error);
  const isTopLevel = command?.parent === null || command === undefined;
  if (error.code === "commander.unknownCommand" && isTopLevel) {
    const word = /'([^']+)'/.exec(message)?.[1] ?? "";
    return adviceOnCommand(word, names) ?? "qclock help lists the commands.";
  }
  const see = `See '${pathOf(command)} --help'.`;
  const near = /\(Did you mean (?:one of )?(.+?)\?\)/.exec(rest)?.[1];
  return near === undefined || isWeightier(message, near) ? see : `Did you mean ${near}? ${see}`;
}

/** Whether an option that removes data would be suggested for a word that does not name data. */
function isWeightier(message: string, near: string): boolean {
  const word = /'([^']+)'/.exec(message)?.[1] ?? "";
  return /purge|yes|force/.test(near) && !near.startsWith(word.slice(0, 5));
}

function pathOf(command: Command | undefined): string {
  const names: string[] = [];
  for (let each = command ?? null; each !== null; each = each.parent) names.unshift(each.name());
  return names.length === 0 ? "qclock" : names.join(" ");
}
