import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { loadStack } from "../open/stack-file.ts";
import { findManifest, lockPathOf } from "../open/manifest-file.ts";
import { profilesOf } from "../../stack/profiles.ts";
import type { Stack } from "../../stack/stack.ts";
import { databases } from "../../templates/template.ts";
import type { Session } from "../open/session.ts";
import { topics } from "../usage/topics.ts";

/** Commands whose arguments are services. */
const takeServices = new Set([
  "up",
  "restart",
  "start",
  "stop",
  "down",
  "plan",
  "logs",
  "exec",
  "run",
  "probe",
  "images",
  "top",
  "stats",
  "events",
]);

/** What could stand in place of the last word, given the words before it. */
export async function candidatesFor(
  program: Command,
  words: readonly string[],
  session: Session,
): Promise<readonly string[]> {
  const before = words.slice(0, -1);
  const current = words.at(-1) ?? "";
  const command = commandAt(program, before);
  const previous = before.at(-1);
  const expecting = command.options.find(
    ({ required, short, long }) =>
      required && previous !== undefined && [short, long].includes(previous),
  );
  if (expecting?.long === "--profile") return namesOf(session, (stack) => profilesOf(stack));
  if (expecting?.long === "--template") {
    const { offeredTemplates } = await import("../init/templates.ts");
    return (await offeredTemplates()).map(({ name }) => name);
  }
  if (expecting?.long === "--database") return databases;
  if (expecting !== undefined) return expecting.argChoices ?? [];
  // `--update` takes names up to the next option.
  const lastOption = before.findLast((word) => word.startsWith("-"));
  if (command.name() === "lock" && lastOption === "--update" && !current.startsWith("-"))
    return lockedPackages(session);
  if (current.startsWith("-")) {
    return command.options
      .filter(({ hidden }) => !hidden)
      .flatMap(({ long }) => (long === undefined ? [] : [long]));
  }
  const subcommands = command.commands
    .map((each) => each.name())
    .filter((name) => !name.startsWith("__"));
  if (subcommands.length > 0) return subcommands;
  if (command.name() === "help")
    return [...topics.keys(), ...program.commands.map((each) => each.name())];
  const choices = command.registeredArguments[0]?.argChoices;
  if (choices !== undefined) return choices;
  if (command.name() === "why") return lockedPackages(session);
  return namesFor(command.name(), session);
}

function commandAt(program: Command, words: readonly string[]): Command {
  let command = program;
  for (const word of words) {
    command =
      command.commands.find((each) => each.name() === word || each.aliases().includes(word)) ??
      command;
  }
  return command;
}

/** Packages of the lock, of all its targets, with the same forbearance as below. */
async function lockedPackages(session: Session): Promise<readonly string[]> {
  try {
    const files = await findManifest({
      named: session.settings.file,
      workingDirectory: session.host.workingDirectory,
    });
    const text = await readFile(lockPathOf(files.path), "utf8");
    const [{ parseLock }, { lockedNames }] = await Promise.all([
      import("../../packages/lock/file.ts"),
      import("../../packages/lock/locked-names.ts"),
    ]);
    const lock = parseLock(text, "");
    if (!lock.ok) return [];
    return [...new Set([...lock.value.targets.values()].flatMap(lockedNames))].toSorted();
  } catch {
    return [];
  }
}

/**
 * Services or images of the manifest. Naming a service activates its profiles, so that all are
 * offered.
 */
async function namesFor(command: string, session: Session): Promise<readonly string[]> {
  if (command !== "build" && !takeServices.has(command)) return [];
  return namesOf(session, ({ images, services }) =>
    command === "build" ? images.keys() : services.keys(),
  );
}

/**
 * Names in the manifest, as far as there is one that can be read: a shell must not be bothered by
 * what is wrong with it.
 */
async function namesOf(
  session: Session,
  pick: (stack: Stack) => Iterable<string>,
): Promise<readonly string[]> {
  try {
    const files = await findManifest({
      named: session.settings.file,
      workingDirectory: session.host.workingDirectory,
    });
    const loaded = await loadStack({
      session,
      files,
      architecture: "amd64",
      containers: "found",
    });
    return loaded.ok ? [...pick(loaded.value.stack)] : [];
  } catch {
    return [];
  }
}
