import { availableParallelism } from "node:os";
import type { Command } from "commander";
import { InvalidArgumentError, Option } from "commander";
import { QclockError } from "../../error.ts";
import { platformNames } from "../../os.ts";
import { parseDuration } from "../../stack/values.ts";

/**
 * What may be said for every command: by a flag, by a variable, by the user's own file, or by
 * default.
 */
export interface Settings {
  /** The manifest and what is laid over it, in order; empty: what is found. */
  readonly file: readonly string[];
  /** Files of variables in the place of `.env`, the later before the earlier. */
  readonly envFile: readonly string[];
  /** Profiles whose services are active, or `*` for all. */
  readonly profile: readonly string[];
  readonly stack: string | undefined;
  readonly os: string | undefined;
  readonly platform: string | undefined;
  readonly host: string | undefined;
  readonly context: string | undefined;
  readonly progress: "auto" | "tty" | "plain" | "json" | "quiet";
  readonly json: boolean;
  readonly color: "auto" | "always" | "never";
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly debug: string | undefined;
  readonly offline: boolean;
  readonly jobs: number;
  readonly timeout: number | undefined;
  readonly lockTimeout: number;
  readonly store: string | undefined;
}

export type SettingName = keyof Settings;

/** Where a value comes from, the strongest first. */
export type Origin = "flag" | "variable" | "config" | "default";

export interface ResolvedSettings {
  readonly values: Settings;
  /** The origin in words, such as `--jobs` or `QCLOCK_JOBS`. */
  readonly origins: ReadonlyMap<SettingName, { readonly origin: Origin; readonly from: string }>;
}

interface Definition {
  readonly flags: string;
  readonly variable: string;
  readonly description: string;
  readonly parse: (text: string) => Settings[SettingName];
  readonly default: Settings[SettingName];
  readonly choices?: readonly string[];
  /** Whether the flag may be given several times, each time with one more value. */
  readonly isRepeated?: boolean;
}

/**
 * Every setting once: the options, the variables, `config --origin` and the help come from here.
 */
export const definitions: Readonly<Record<SettingName, Definition>> = {
  file: list(
    "-f, --file <path>",
    "QCLOCK_FILE",
    "the manifest (default: stack.config.yaml here or in a folder above, and stack.override.yaml beside it); each further one is laid over it",
    ":",
  ),
  envFile: list(
    "--env-file <path>",
    "QCLOCK_ENV_FILES",
    "variables for the manifest, instead of .env beside it; of several the later counts",
    ",",
  ),
  profile: list(
    "--profile <name>",
    "QCLOCK_PROFILES",
    "a profile whose services are active besides those that have none; * is all of them",
    ",",
  ),
  stack: textual(
    "--stack <name>",
    "QCLOCK_STACK",
    "another name for the stack, to run it twice side by side",
  ),
  os: textual(
    "--os <name>",
    "QCLOCK_OS",
    "operating system of the images (default: what the stack runs on, else the manifest's first); auto takes the first whose packages can be had",
  ),
  platform: {
    ...choice(
      "--platform <name>",
      "QCLOCK_PLATFORM",
      "the machines that images are made for, by default such as this one",
      platformNames,
    ),
    default: undefined,
  },
  host: textual(
    "-H, --host <url>",
    "QCLOCK_HOST",
    "the Engine, such as unix:///var/run/docker.sock or ssh://user@host",
  ),
  context: textual(
    "--context <name>",
    "QCLOCK_CONTEXT",
    "the docker context that names the Engine",
  ),
  progress: choice(
    "--progress <mode>",
    "QCLOCK_PROGRESS",
    "how progress is shown on standard error",
    ["auto", "tty", "plain", "json", "quiet"],
  ),
  json: flag("--json", "QCLOCK_JSON", "print one JSON document on standard output"),
  color: choice("--color <when>", "QCLOCK_COLOR", "whether to use colour", [
    "auto",
    "always",
    "never",
  ]),
  quiet: flag("-q, --quiet", "QCLOCK_QUIET", "show nothing but failures"),
  verbose: flag(
    "-v, --verbose",
    "QCLOCK_VERBOSE",
    "show the output of each step, and why things are as they are",
  ),
  debug: textual(
    "--debug <file>",
    "QCLOCK_DEBUG",
    "write every event and every request to the Engine to a file",
  ),
  offline: flag("--offline", "QCLOCK_OFFLINE", "make no request to any mirror or registry"),
  jobs: {
    flags: "--jobs <number>",
    variable: "QCLOCK_JOBS",
    description: "how many steps run at a time",
    parse: parseJobs,
    default: Math.max(4, availableParallelism()),
  },
  timeout: duration(
    "--timeout <duration>",
    "QCLOCK_TIMEOUT",
    "give up after so long, such as 90s or 10m",
    undefined,
  ),
  lockTimeout: duration(
    "--lock-timeout <duration>",
    "QCLOCK_LOCK_TIMEOUT",
    "how long to wait for another run on the same stack",
    0,
  ),
  store: textual(
    "--store <path>",
    "QCLOCK_STORE",
    "folder of downloaded packages and finished layers",
  ),
};

export const settingNames: readonly SettingName[] = Object.keys(definitions).filter(isSettingName);

/**
 * Declare the settings on a command. They are declared on each, so that they work before and after
 * its name.
 */
export function addSettings(command: Command): Command {
  const taken = new Set(command.options.flatMap(({ short, long }) => [short, long]));
  command.optionsGroup("Global options:");
  for (const name of settingNames) {
    const { flags, variable, description, parse, choices, isRepeated } = definitions[name];
    // `logs -f` follows, as everywhere: there the manifest is named before the command or by
    // `--file`.
    const option = new Option(withoutTaken(flags, taken), `${description} (env: ${variable})`);
    if (choices !== undefined) option.choices([...choices]);
    else if (isRepeated === true) option.argParser(collect);
    else if (flags.includes("<")) option.argParser((value) => parseArgument(parse, value));
    command.addOption(option);
  }
  return command;
}

/**
 * The settings of an invocation: flags of the command, of its parents, variables, the user's file,
 * defaults.
 */
export function resolveSettings(options: {
  readonly command: Command;
  readonly environment: ReadonlyMap<string, string>;
  readonly config: ReadonlyMap<string, string>;
  readonly configFile: string;
}): ResolvedSettings {
  const origins = new Map<SettingName, { readonly origin: Origin; readonly from: string }>();
  const read = <Name extends SettingName>(
    name: Name,
    accept: (value: unknown) => Settings[Name],
  ): Settings[Name] => {
    const { value, origin, from } = lookUp(name, options);
    origins.set(name, { origin, from });
    return accept(value);
  };
  const values: Settings = {
    file: read("file", asTexts),
    envFile: read("envFile", asTexts),
    profile: read("profile", asTexts),
    stack: read("stack", asText),
    os: read("os", asText),
    platform: read("platform", asText),
    host: read("host", asText),
    context: read("context", asText),
    progress: read("progress", (value) =>
      asChoice(value, ["auto", "tty", "plain", "json", "quiet"]),
    ),
    json: read("json", asFlag),
    color: read("color", (value) => asChoice(value, ["auto", "always", "never"])),
    quiet: read("quiet", asFlag),
    verbose: read("verbose", asFlag),
    debug: read("debug", asText),
    offline: read("offline", asFlag),
    jobs: read("jobs", (value) => asNumber(value) ?? 1),
    timeout: read("timeout", asNumber),
    lockTimeout: read("lockTimeout", (value) => asNumber(value) ?? 0),
    store: read("store", asText),
  };
  return { values, origins };
}

/** `90s`, `1m30s`, `250ms`, or a bare number of seconds, in milliseconds. */
export function parseTimeSpan(text: string): number {
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (!/^(?:\d+(?:\.\d+)?(?:h|ms|m|s))+$/.test(text)) {
    throw new Error(`"${text}" is not a duration; write one such as 90s, 10m or 1h30m.`);
  }
  return parseDuration(text);
}

function lookUp(
  name: SettingName,
  options: Parameters<typeof resolveSettings>[0],
): { readonly value: unknown; readonly origin: Origin; readonly from: string } {
  const { variable, parse, flags, isRepeated } = definitions[name];
  const long = /--[a-z-]+/.exec(flags)?.[0] ?? flags;
  const collected: string[] = [];
  for (let command: Command | null = options.command; command !== null; command = command.parent) {
    if (command.getOptionValueSource(name) !== "cli") continue;
    if (isRepeated === true) collected.unshift(...asTexts(command.getOptionValue(name)));
    else {
      return { value: command.getOptionValue(name), origin: "flag", from: long };
    }
  }
  // Those before the command's name come before those behind it.
  if (collected.length > 0) return { value: collected, origin: "flag", from: long };
  // A variable that is set but empty counts as unset: CI systems pass empty ones for absent inputs.
  const inEnvironment = options.environment.get(variable);
  if (inEnvironment !== undefined && inEnvironment !== "") {
    return {
      value: parseValue(parse, inEnvironment, variable),
      origin: "variable",
      from: variable,
    };
  }
  const inConfig = options.config.get(long.slice(2));
  if (inConfig !== undefined) {
    return {
      value: parseValue(parse, inConfig, `"${long.slice(2)}" in ${options.configFile}`),
      origin: "config",
      from: options.configFile,
    };
  }
  return { value: definitions[name].default, origin: "default", from: "default" };
}

function parseValue(parse: Definition["parse"], value: string, from: string): unknown {
  try {
    return parse(value);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new QclockError("usage", `The value of ${from} cannot be used: ${reason}`);
  }
}

/** The value of an option; one that cannot be read is a mistake of usage. */
export function parseArgument<Value>(parse: (text: string) => Value, value: string): Value {
  try {
    return parse(value);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

function withoutTaken(flags: string, taken: ReadonlySet<string | undefined>): string {
  const [short, long] = flags.split(", ");
  return long !== undefined && taken.has(short) ? long : flags;
}

function textual(flags: string, variable: string, description: string): Definition {
  return { flags, variable, description, parse: (value) => value, default: undefined };
}

/**
 * Values that are given one by one with the flag, and with a separator between them in the
 * variable.
 */
function list(flags: string, variable: string, description: string, separator: string): Definition {
  const parse = (value: string): readonly string[] =>
    value
      .split(separator)
      .map((each) => each.trim())
      .filter((each) => each !== "");
  return { flags, variable, description, parse, default: [], isRepeated: true };
}

/** Every value of an option that may be repeated. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

function flag(flags: string, variable: string, description: string): Definition {
  return { flags, variable, description, parse: parseFlag, default: false };
}

function choice(
  flags: string,
  variable: string,
  description: string,
  choices: readonly string[],
): Definition {
  const parse = (value: string): string => {
    if (!choices.includes(value)) throw new Error(`it must be one of ${choices.join(", ")}.`);
    return value;
  };
  return { flags, variable, description, parse, default: choices[0] ?? "", choices };
}

function duration(
  flags: string,
  variable: string,
  description: string,
  byDefault: number | undefined,
): Definition {
  return { flags, variable, description, parse: parseTimeSpan, default: byDefault };
}

function parseJobs(value: string): number {
  const jobs = Number(value);
  if (!Number.isInteger(jobs) || jobs < 1)
    throw new Error("it must be a whole number of at least 1.");
  return jobs;
}

function parseFlag(value: string): boolean {
  if (/^(?:1|true|yes|on)$/i.test(value)) return true;
  if (/^(?:0|false|no|off)$/i.test(value)) return false;
  throw new Error("it must be 1 or 0.");
}

function asText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function asTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

function asFlag(value: unknown): boolean {
  return value === true;
}

function asNumber(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function asChoice<Choice extends string>(
  value: unknown,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  return choices.find((each) => each === value) ?? choices[0];
}

function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(definitions, name);
}
