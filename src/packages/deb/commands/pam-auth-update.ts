import { fromBytes, toBytes } from "../../scripts/bytes.ts";
import type { Command, CommandCall } from "../../scripts/command.ts";
import { makeFolders } from "../../scripts/commands/mkdir.ts";
import { unknownOption } from "../../scripts/commands/options.ts";
import { below } from "../../scripts/commands/paths.ts";
import { loadQuestions } from "./debconf/database.ts";
import {
  countLines,
  linesIn,
  readLines,
  readLinesToMatch,
  writeLines,
} from "../../commands/lines-file.ts";
import { fillTemplate, isPristine, savedText } from "./pam/common-file.ts";
import { type PresentStacks, readPresent } from "./pam/edits.ts";
import { byPriority, PAM_TYPES, type PamProfile, parseProfile } from "./pam/profile.ts";

const CONFIG = "/etc/pam.d";
const STATE = "/var/lib/pam";
const PROFILES = "/usr/share/pam-configs";
const QUESTION = "libpam-runtime/profiles";
const OVERRIDE = "libpam-runtime/override";

interface Wishes {
  readonly isForced: boolean;
  readonly removed: ReadonlySet<string>;
  readonly disabled: ReadonlySet<string>;
  readonly enabled: ReadonlySet<string>;
}

/**
 * `pam-auth-update` of libpam-runtime: the stacks of modules that programs include, by the profiles
 * of the packages that are there, and by what debconf was told.
 */
export const pamAuthUpdate: Command = (call) => {
  const wishes = readWishes(call);
  const profiles = readProfiles(call);
  const known = new Map(profiles.map((profile) => [profile.name, profile]));
  const sorted = profiles.filter(({ name }) => !wishes.removed.has(name));
  setQuestion(call, "db_subst", "profile_names", sorted.map(({ name }) => name).join(", "));
  setQuestion(call, "db_subst", "profiles", sorted.map(({ title }) => title).join(", "));
  for (const file of PAM_TYPES)
    for (const path of [`${CONFIG}/common-${file}`, `${STATE}/${file}`])
      countLines(call, linesIn(call.root, path));
  const present = readPresent(call.root, CONFIG, STATE);
  const before =
    present === undefined
      ? answer(call, QUESTION).split(", ")
      : present.names.filter((name) => !wishes.removed.has(name));
  const seen = new Set([...readLines(call, `${STATE}/seen`), ...wishes.disabled]);
  const names = [
    ...before,
    ...sorted.map(({ name }) => name).filter((name) => wishes.enabled.has(name)),
  ].filter((name) => known.has(name) && !wishes.disabled.has(name));
  // With no module at all nobody could log in, so that the defaults are taken again.
  if (names.length === 0) seen.clear();
  const added = sorted.filter(({ name, isDefault }) => isDefault && !seen.has(name));
  const enabled = [...new Set([...names, ...added.map(({ name }) => name)])]
    .flatMap((name) => known.get(name) ?? [])
    .toSorted(byPriority);
  const isForced = wishes.isForced || (present === undefined && answer(call, OVERRIDE) === "true");
  if (present === undefined && !isForced) {
    call.stderr.write(
      "\npam-auth-update: Local modifications to /etc/pam.d/common-*, not updating.\npam-auth-update: Run pam-auth-update --force to override.\n\n",
    );
    return 0;
  }
  const chosen = withoutConflicts(enabled);
  if (chosen.length === 0) return call.unsupported("a profile of PAM that is enabled");
  setQuestion(call, "db_fset", "seen", "false");
  call.run(["db_set", QUESTION, chosen.map(({ name }) => name).join(", ")]);
  writeLines(
    call,
    `${STATE}/seen`,
    sorted.map(({ name }) => name),
  );
  writeStacks(call, { chosen, present, isForced });
  return 0;
};

function readWishes(call: CommandCall): Wishes {
  const lists = {
    "--remove": new Set<string>(),
    "--disable": new Set<string>(),
    "--enable": new Set<string>(),
  };
  let isForced = false;
  let list: Set<string> | undefined;
  const args = [...call.args];
  for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
    if (!arg.startsWith("--")) {
      list?.add(arg);
      continue;
    }
    list = undefined;
    if (arg === "--force") isForced = true;
    else if (arg === "--remove" || arg === "--disable" || arg === "--enable") list = lists[arg];
    else if (arg === "--root") {
      if ((args.shift() ?? "") !== "") call.unsupported("pam-auth-update for another root");
    } else if (arg !== "--package") unknownOption(call, arg);
  }
  const { "--remove": removed, "--disable": disabled, "--enable": enabled } = lists;
  return { isForced, removed, disabled, enabled };
}

/** In the order of their priorities. */
function readProfiles(call: CommandCall): readonly PamProfile[] {
  return call.root
    .list(PROFILES)
    .filter((name) => !/~$|^#.+#$/.test(name))
    .flatMap((name) => {
      const lines = readLinesToMatch(call, below(PROFILES, name));
      return parseProfile(name, lines.join("\n")) ?? [];
    })
    .toSorted(byPriority);
}

/** Of two profiles that exclude each other the one that comes later in order goes. */
function withoutConflicts(enabled: readonly PamProfile[]): readonly PamProfile[] {
  let left = enabled;
  for (let at = 0; at < left.length; at++) {
    const conflicts = left[at]?.conflicts;
    left = left.filter(({ name }) => conflicts?.has(name) !== true);
  }
  return left;
}

function writeStacks(
  call: CommandCall,
  {
    chosen,
    present,
    isForced,
  }: {
    readonly chosen: readonly PamProfile[];
    readonly present: PresentStacks | undefined;
    readonly isForced: boolean;
  },
): void {
  const { root } = call;
  const read = (path: string): string =>
    root.stat(path)?.kind === "file" ? fromBytes(root.read(path)) : "";
  makeFolders({ ...call, umask: 0o022 }, STATE);
  for (const type of PAM_TYPES) {
    call.countSteps(10);
    const target = `${CONFIG}/common-${type}`;
    const stock = read(`/usr/share/pam/common-${type}`);
    const text = read(target);
    const edits = present?.edits.get(type);
    const filled =
      fillTemplate(isPristine(type, text) ? stock : text, type, chosen, edits) ??
      (isForced ? fillTemplate(stock, type, chosen, edits) : undefined);
    if (filled === undefined) return;
    if (root.stat(target) !== undefined) {
      if (isForced) call.run(["cp", "-f", target, `${target}.pam-old`]);
      root.remove(target);
    }
    // New files, as the original makes one beside and renames it.
    root.write(target, toBytes(filled), 0o644);
    const saved = `${STATE}/${type}`;
    if (root.stat(saved) !== undefined) root.remove(saved);
    root.write(saved, toBytes(savedText(type, chosen)), 0o644);
  }
  call.run(["db_fset", OVERRIDE, "seen", "false"]);
  call.run(["db_set", OVERRIDE, "false"]);
}

function setQuestion(call: CommandCall, command: string, name: string, value: string): void {
  call.run([command, QUESTION, name, value]);
}

/** What debconf has for a question, an answer of the manifest included. */
function answer(call: CommandCall, question: string): string {
  call.run(["db_get", question]);
  return loadQuestions(call).get(question)?.value ?? "";
}
