import { NeedsMore } from "../../command.ts";
import { assignTo } from "../builtins/assign-to.ts";
import { findBuiltin } from "../builtins/table.ts";
import { expandBraces } from "../expand/braces.ts";
import { expandFields, expandText } from "../expand/words.ts";
import { isAssignmentWord, toAssignment } from "../parse/assignment.ts";
import type { SimpleNode, Word } from "../tree.ts";
import type { Description } from "./description.ts";
import { noteLine, ShellFailure } from "./failure.ts";
import { DEFAULT_PATH } from "./find-command.ts";
import { putBack, redirectSafely } from "./redirect.ts";
import type { Builtin, Shell, ShellFunction } from "./shell.ts";
import { trace } from "./trace.ts";

/** What the name of a command stands for, as far as it is known before the arguments are. */
interface Lookup {
  readonly builtin: Builtin | undefined;
  /** Whether the first built-in command is special: its errors end the shell. */
  readonly isSpecial: boolean;
  readonly isExec: boolean;
  /** `command` was before it: no function is looked for. */
  readonly skipsFunctions: boolean;
  readonly path: string | undefined;
}

/** Runs a simple command: expands, redirects, assigns, and calls what its first word names. */
export function runSimple(shell: Shell, node: SimpleNode, isTested: boolean): number {
  noteLine(shell, node.line);
  shell.substitutionStatus = 0;
  const argv: string[] = [];
  const traced: string[] = [];
  const lookup = expandArguments(shell, node.words, argv, traced);
  const isPlainAssignment = argv.length === 0;
  const scopes = shell.variables.scopes;
  const declares = lookup.builtin?.declares === true;
  if (declares && node.assignments.length > 0)
    throw new NeedsMore(`a value before ${argv[0] ?? ""}`);
  const isLocal = !isPlainAssignment && !lookup.isSpecial && !declares;
  if (isLocal) shell.variables.openScope();
  const saved = new Map<number, Description | undefined>();
  let keepsDescriptors = false;
  try {
    const error = shell.descriptors[2];
    if (!redirectSafely(shell, node.redirections, saved)) {
      shell.status = 2;
      if (lookup.isSpecial) throw new ShellFailure("redirection");
      return 2;
    }
    const assigned = runAssignments(shell, node, {
      isLocal,
      isExported: lookup.isExec && argv.length > 1,
    });
    if (shell.options.has("xtrace")) trace(shell, error, [...assigned, ...traced, ...argv]);
    const [name] = argv;
    if (name === undefined) return shell.substitutionStatus;
    const status = call(shell, { argv: [name, ...argv.slice(1)], lookup, isTested });
    keepsDescriptors = lookup.isExec;
    return status;
  } finally {
    if (!keepsDescriptors) putBack(shell, saved);
    shell.variables.closeScopes(scopes);
  }
}

/**
 * Expands the words of a command. Arguments of `export` and its kin that assign are not split, so
 * the command has to be known first; `command` passes that on.
 */
function expandArguments(
  shell: Shell,
  words: readonly Word[],
  argv: string[],
  traced: string[],
): Lookup {
  let next = 0;
  const fill = () => {
    const before = argv.length;
    for (let word = words[next]; word !== undefined && argv.length === before;) {
      next++;
      expandFields(shell, word, argv);
      word = words[next];
    }
    return argv.length > before;
  };
  fill();
  let builtin: Builtin | undefined;
  let isSpecial: boolean | undefined;
  let skipsFunctions = false;
  let path: string | undefined;
  for (;;) {
    const [name] = argv;
    builtin = undefined;
    if (name === undefined || (!skipsFunctions && shell.functions.has(name))) break;
    builtin = findBuiltin(shell, name);
    if (builtin === undefined) break;
    isSpecial ??= builtin.isSpecial === true;
    if (name !== "command") break;
    const options = commandOptions(argv, fill);
    if (options === undefined) break;
    traced.push(...argv.splice(0, options.taken));
    skipsFunctions = true;
    path = options.path ?? path;
  }
  const takesAssignments = builtin?.takesAssignments === true;
  for (let word = words[next]; word !== undefined; word = words[++next]) {
    if (takesAssignments && isAssignmentWord(word)) {
      for (const each of expandBraces(shell, word)) argv.push(assignmentText(shell, each));
    } else expandFields(shell, word, argv);
  }
  const isExec = argv[0] === "exec" && builtin !== undefined;
  return { builtin, isSpecial: isSpecial ?? false, isExec, skipsFunctions, path };
}

/** How many words `command` and its options are; undefined when it does not call anything. */
function commandOptions(
  argv: readonly string[],
  fill: () => boolean,
): { readonly taken: number; readonly path: string | undefined } | undefined {
  let path: string | undefined;
  for (let at = 1; ; at++) {
    if (at >= argv.length && !fill()) return undefined;
    const arg = argv[at] ?? "";
    if (!/^-./.test(arg)) return { taken: at, path };
    if (arg === "--") return at + 1 < argv.length || fill() ? { taken: at + 1, path } : undefined;
    if (!/^-p+$/.test(arg)) return undefined;
    path = DEFAULT_PATH;
  }
}

function assignmentText(shell: Shell, word: Word): string {
  const assignment = toAssignment(word, shell.dialect);
  if (assignment === undefined) return expandText(shell, word);
  return `${assignment.name}=${expandText(shell, assignment.value, "assignment")}`;
}

function runAssignments(
  shell: Shell,
  node: SimpleNode,
  { isLocal, isExported }: { readonly isLocal: boolean; readonly isExported: boolean },
): readonly string[] {
  return node.assignments.map((assignment) => {
    const { name } = assignment;
    if (isLocal) shell.variables.makeLocal(name);
    const flags = isLocal || isExported ? { isExported: true } : {};
    const value = assignTo(shell, assignment, flags);
    return `${name}=${value}`;
  });
}

interface Call {
  readonly argv: readonly [string, ...string[]];
  readonly lookup: Lookup;
  readonly isTested: boolean;
}

function call(shell: Shell, { argv, lookup, isTested }: Call): number {
  const [name] = argv;
  const shellFunction = lookup.skipsFunctions ? undefined : shell.functions.get(name);
  if (shellFunction !== undefined) return callFunction(shell, shellFunction, { argv, isTested });
  const builtin = lookup.builtin ?? findBuiltin(shell, name);
  if (builtin !== undefined) return callBuiltin(shell, builtin, { argv, lookup, isTested });
  return shell.world.interpreter.runProgram(shell, {
    argv,
    env: shell.variables.environment(),
    path: lookup.path,
  });
}

function callBuiltin(shell: Shell, builtin: Builtin, { argv, lookup, isTested }: Call): number {
  const before = shell.commandName;
  const { depth } = shell.world.meter;
  const [name, ...args] = argv;
  shell.commandName = name;
  try {
    shell.status = builtin.run(shell, { name, args, isTested });
  } catch (error) {
    if (!(error instanceof ShellFailure) || lookup.isSpecial) throw error;
    shell.world.meter.depth = depth;
  } finally {
    shell.commandName = before;
  }
  return shell.status;
}

/** Calls a function with parameters of its own. `return` ends here. */
export function callFunction(
  shell: Shell,
  { body, script }: ShellFunction,
  { argv, isTested }: Pick<Call, "argv" | "isTested">,
): number {
  const { parameters, loops, optionIndex, optionOffset, commandName } = shell;
  const { script: caller } = shell;
  Object.assign(shell, { loops: 0, optionIndex: 1, optionOffset: -1, script });
  shell.parameters = argv.slice(1);
  shell.commandName = undefined;
  try {
    shell.world.interpreter.evaluate(shell, body, isTested);
  } finally {
    Object.assign(shell, { parameters, loops, optionIndex, optionOffset, script: caller });
    shell.commandName = commandName;
    if (shell.skip === "return") shell.skip = "none";
  }
  return shell.status;
}
