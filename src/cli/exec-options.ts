import type { Command } from "commander";
import { QclockError } from "../error.ts";
import { isRootUser } from "../root-user.ts";
import type { Session } from "./open/session.ts";

/** The options of a command that runs another, with the meaning they have for `docker exec`. */
export interface ExecOptions {
  readonly interactive?: boolean;
  /** `-t` gives true, `-T` false; neither decides by what the command is connected to. */
  readonly tty?: boolean;
  readonly env: readonly string[];
  readonly workdir?: string;
  readonly user?: string;
}

/** Declare them. What follows the service, or the program's name, belongs to the program. */
export function addExecOptions(command: Command): Command {
  return command
    .option("-i, --interactive", "give it this command's input; the default unless -t is given")
    .option("-t, --tty", "give it a terminal; the default where this command has one")
    .option("-T, --no-tty", "do not give it a terminal")
    .option(
      "-e, --env <variable>",
      "set a variable, NAME=value; NAME takes this command's own (repeatable)",
      (value: string, before: readonly string[]) => [...before, value],
      [],
    )
    .option("-w, --workdir <path>", "run in this folder of the container")
    .option("-u, --user <user>", "run as another user; as root, that is said")
    .passThroughOptions();
}

/** A command of qclock that has these options. */
type Subject = "exec" | "run";

/** How a command is run in a container. */
export interface ExecPlan {
  readonly command: readonly string[];
  readonly tty: boolean;
  readonly attachStdin: boolean;
  /** `NAME=value` each. */
  readonly environment: readonly string[];
  readonly workingDirectory?: string;
  readonly user?: string;
}

/**
 * What the words after `exec` ask for. Without `-i` and `-t` the command gets what qclock has: its
 * terminal, or its pipes. Throws `usage` for what cannot be done.
 */
export function planExec(request: {
  /** The command that has these options; absent: `exec`. */
  readonly subject?: Subject;
  readonly service: string;
  /** Undefined where no command is needed. */
  readonly words: readonly string[] | undefined;
  readonly options: ExecOptions;
  readonly environment: ReadonlyMap<string, string>;
  /** As Node gives it: absent for what is none. */
  readonly isInputTerminal: boolean | undefined;
  readonly isOutputTerminal: boolean | undefined;
}): ExecPlan {
  const { options, environment, subject = "exec" } = request;
  const isInputTerminal = request.isInputTerminal ?? false;
  const isOutputTerminal = request.isOutputTerminal ?? false;
  const { interactive = false, tty, workdir, user } = options;
  if (tty === true && interactive && !isInputTerminal) {
    throw usage(
      "The input is not a terminal, so it cannot be given one.",
      "Leave -t out.",
      subject,
    );
  }
  if (workdir !== undefined && !workdir.startsWith("/")) {
    throw usage(
      `"${workdir}" is no absolute path.`,
      "--workdir takes a path in the container, such as /srv.",
      subject,
    );
  }
  return {
    command: request.words === undefined ? [] : commandOf({ ...request, words: request.words }),
    tty: tty ?? (!interactive && isInputTerminal && isOutputTerminal),
    // As for docker: a terminal alone is one to look at.
    attachStdin: interactive || tty !== true,
    environment: options.env.flatMap((pair) => variable(pair, environment, subject)),
    ...(workdir === undefined ? {} : { workingDirectory: workdir }),
    // As for docker: an empty one is the container's own.
    ...(user === undefined || user === "" ? {} : { user }),
  };
}

/** Say that a command runs as root where it does; `place` is where, in words. */
export function warnOfRoot(
  { emit }: Pick<Session, "emit">,
  user: string | undefined,
  place: string,
): void {
  if (user === undefined || !isRootUser(user)) return;
  const message = `This runs as root in ${place}; what it writes belongs to root.`;
  emit({ type: "notice", level: "warning", message });
}

function commandOf({
  subject = "exec",
  service,
  words,
}: {
  readonly subject?: Subject;
  readonly service: string;
  readonly words: readonly string[];
}): readonly string[] {
  const command = words[0] === "--" ? words.slice(1) : words;
  const [program = ""] = command;
  if (program === "")
    throw usage("No command is given.", `Write qclock ${subject} ${service} COMMAND.`, subject);
  if (words[0] !== "--" && program.startsWith("-")) {
    throw usage(
      `"${program}" is no program.`,
      `Options stand before the service: qclock ${subject} ${program} ${service} COMMAND.`,
      subject,
    );
  }
  return command;
}

/** `NAME` alone takes the value of qclock's own environment, and nothing where that has none. */
function variable(
  pair: string,
  environment: ReadonlyMap<string, string>,
  subject: Subject,
): readonly string[] {
  const [name = ""] = pair.split("=", 1);
  if (name === "")
    throw usage(`"${pair}" is no variable.`, "--env takes NAME=value, or NAME.", subject);
  if (pair.includes("=")) return [pair];
  const value = environment.get(name);
  return value === undefined ? [] : [`${name}=${value}`];
}

function usage(message: string, hint: string, subject: Subject): QclockError {
  return new QclockError("usage", message, { hint: `${hint} See 'qclock ${subject} --help'.` });
}
