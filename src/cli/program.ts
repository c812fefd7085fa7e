import { Command, CommanderError } from "commander";
import { QclockError } from "../error.ts";
import { formatBug, formatError } from "../reporters/format/error.ts";
import { createStyle } from "../reporters/format/style.ts";
import type { Act, Registry } from "./command.ts";
import { exitCodeOfError, exitCodes } from "./process/exit-code.ts";
import type { Host } from "./process/host.ts";
import { createHostRedactor } from "./process/host-redactor.ts";
import type { Interruption } from "./process/interruption.ts";
import { createSession, useColor } from "./open/session.ts";
import { addSettings, resolveSettings } from "./settings/settings.ts";
import { rememberCommand, usageError } from "./usage/usage-error.ts";
import { readUserConfig } from "./settings/user-config.ts";
import { version } from "./process/version.ts";

interface Invocation {
  readonly host: Host;
  readonly interruption: Interruption;
}

/**
 * Parse the command line, carry the command out, and resolve with the exit code. Never rejects:
 * whatever fails is reported here.
 */
export async function runProgram(invocation: Invocation): Promise<number> {
  const { host, interruption } = invocation;
  let exitCode: number = exitCodes.done;
  const run = async (command: Command, act: Act): Promise<void> => {
    exitCode = await carryOut(command, act, invocation);
  };
  const parse = async (only?: ReadonlySet<string>): Promise<void> => {
    const program = await createProgram(host, run, only);
    await program.parseAsync([...host.argv], { from: "user" });
  };
  try {
    await parse(commandsNamed(host.argv)).catch(async (error: unknown) => {
      // Once more with all of them, for the suggestion.
      if (!(error instanceof CommanderError) || error.code !== "commander.unknownCommand")
        throw error;
      await parse();
    });
    return exitCode;
  } catch (error) {
    return interruption.exitCode ?? reportFailure(error, host);
  }
}

/** The command line, declared: all of it, or the commands of these names alone. */
export async function createProgram(
  host: Pick<Host, "stdout" | "stderr">,
  run: (command: Command, act: Act) => Promise<void>,
  only?: ReadonlySet<string>,
): Promise<Command> {
  const program = new Command("qclock")
    .description(
      "One typed file describes a stack; one command builds its images from scratch, brings it up and proves it.",
    )
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand(false)
    .configureOutput({
      writeOut: (text) => void host.stdout.write(text),
      writeErr: (text) => void host.stderr.write(text),
      // Errors are thrown and shown in one place; commander's own text would be a second one.
      outputError: () => undefined,
      getOutHelpWidth: () => (host.stdout.isTTY ? host.stdout.columns : 120),
    })
    // Options before the command's name are the program's, those after it the command's, so that
    // `logs -f` can follow and `exec … ls -l` can pass on. The global ones are declared for both.
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .configureHelp({ sortOptions: false, subcommandTerm: termOf });
  addSettings(rememberCommand(program));
  const registry = { program, run };
  program.commandsGroup("Commands:");
  const wanted = Object.entries(commands).filter(([name]) => only?.has(name) ?? true);
  const registrations = await Promise.all(wanted.map(([, load]) => load()));
  for (const register of registrations) register(registry);
  program.addHelpText(
    "after",
    "\nqclock help COMMAND shows a command's own options; qclock help TOPIC: exit-codes, environment, engine, output, mirrors.",
  );
  return program;
}

/** A command as help lists it: every one takes options, so that is not said each time. */
function termOf(command: Command): string {
  const operands = command.registeredArguments.map((argument) => {
    const name = argument.name() + (argument.variadic ? "..." : "");
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [command.name(), ...operands].join(" ");
}

/** In the order in which help lists them: the main job first. Each is loaded when it is needed. */
const commands: Readonly<Record<string, () => Promise<(registry: Registry) => void>>> = {
  init: async () => (await import("./commands/init.ts")).registerInit,
  build: async () => (await import("./commands/build.ts")).registerBuild,
  up: async () => (await import("./commands/up.ts")).registerUp,
  verify: async () => (await import("./commands/verify.ts")).registerVerify,
  reset: async () => (await import("./commands/reset.ts")).registerReset,
  ps: async () => (await import("./commands/ps.ts")).registerPs,
  ls: async () => (await import("./commands/ls.ts")).registerLs,
  images: async () => (await import("./commands/images.ts")).registerImages,
  top: async () => (await import("./commands/top.ts")).registerTop,
  stats: async () => (await import("./commands/stats.ts")).registerStats,
  logs: async () => (await import("./commands/logs.ts")).registerLogs,
  events: async () => (await import("./commands/events.ts")).registerEvents,
  exec: async () => (await import("./commands/exec.ts")).registerExec,
  cp: async () => (await import("./commands/cp.ts")).registerCp,
  run: async () => (await import("./commands/run.ts")).registerRun,
  probe: async () => (await import("./commands/probe.ts")).registerProbe,
  restart: async () => (await import("./commands/restart.ts")).registerRestart,
  start: async () => (await import("./commands/start.ts")).registerStart,
  stop: async () => (await import("./commands/stop.ts")).registerStop,
  down: async () => (await import("./commands/down.ts")).registerDown,
  plan: async () => (await import("./commands/plan.ts")).registerPlan,
  lock: async () => (await import("./commands/lock.ts")).registerLock,
  bundle: async () => (await import("./commands/bundle.ts")).registerBundle,
  validate: async () => (await import("./commands/validate.ts")).registerValidate,
  graph: async () => (await import("./commands/graph.ts")).registerGraph,
  import: async () => (await import("./commands/import.ts")).registerImport,
  export: async () => (await import("./commands/export.ts")).registerExport,
  schema: async () => (await import("./commands/schema.ts")).registerSchema,
  doctor: async () => (await import("./commands/doctor.ts")).registerDoctor,
  engine: async () => (await import("./commands/engine.ts")).registerEngine,
  unlock: async () => (await import("./commands/unlock.ts")).registerUnlock,
  store: async () => (await import("./commands/store.ts")).registerStore,
  config: async () => (await import("./commands/config.ts")).registerConfig,
  completion: async () => (await import("./commands/completion.ts")).registerCompletion,
  explain: async () => (await import("./commands/explain.ts")).registerExplain,
  help: async () => (await import("./commands/help.ts")).registerHelp,
};

/**
 * The commands that the words may name. Declaring one takes its twenty options, so that declaring
 * all takes longer than most of them run; a command that is an option's value is declared for
 * nothing. Undefined where all are needed: for help, for completion, and for the suggestion when no
 * word is a command.
 */
function commandsNamed(words: readonly string[]): ReadonlySet<string> | undefined {
  const named = words.filter((word) => Object.hasOwn(commands, word));
  const needAll = ["help", "completion", "__complete", "-h", "--help"];
  if (named.length === 0 || words.some((word) => needAll.includes(word))) return undefined;
  return new Set(named);
}

async function carryOut(
  command: Command,
  act: Act,
  { host, interruption }: Invocation,
): Promise<number> {
  const config = await readUserConfig(host);
  const settings = resolveSettings({
    command,
    environment: host.environment,
    config: config.values,
    configFile: config.file,
  });
  if (settings.values.timeout !== undefined) interruption.startDeadline(settings.values.timeout);
  await using session = createSession({ host, settings, interruption, command: command.name() });
  try {
    const exitCode = await act(session);
    // What was finished before the signal came is finished.
    if (exitCode === exitCodes.done || !interruption.signal.aborted) return exitCode;
    // That a signal came was said when it came; that time ran out was not.
    if (interruption.exitCode === exitCodes.deadline)
      await session.reportError(abortReason(interruption.signal));
    return interruption.exitCode ?? exitCode;
  } catch (error) {
    if (interruption.signal.aborted) {
      await session.reportError(abortReason(interruption.signal));
      return interruption.exitCode ?? exitCodes.interrupted;
    }
    const { storeDirectory } = await import("./open/context.ts");
    const { recognize } = await import("./usage/recognize.ts");
    const known = recognize(error, storeDirectory(session));
    if (known === undefined) {
      await session.settle();
      throw error;
    }
    await session.reportError(known);
    return exitCodeOfError(known.code);
  }
}

function abortReason(signal: AbortSignal): QclockError {
  const reason: unknown = signal.reason;
  return reason instanceof QclockError ? reason : new QclockError("interrupted", "Interrupted.");
}

function reportFailure(error: unknown, host: Host): number {
  const { redact } = createHostRedactor(host);
  const style = createStyle({ color: useColor(host, { color: "auto" }, host.stderr) });
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.done;
    // No command at all: commander has shown the help instead.
    if (error.code !== "commander.help")
      host.stderr.write(redact(formatError(usageError(error, Object.keys(commands)), style)));
    return exitCodes.invalid;
  }
  if (error instanceof QclockError) {
    host.stderr.write(redact(formatError(error, style)));
    return exitCodeOfError(error.code);
  }
  host.stderr.write(describeBug(error, host));
  return exitCodes.bug;
}

/** An exception that is nobody's mistake but qclock's, with what a report of it needs. */
export function describeBug(error: unknown, host: Host): string {
  const style = createStyle({ color: useColor(host, { color: "auto" }, host.stderr) });
  const runtime = `Node ${process.versions.node}, ${process.platform}-${process.arch}`;
  return createHostRedactor(host).redact(formatBug({ error, version, runtime, style }));
}
