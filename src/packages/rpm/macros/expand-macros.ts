import type { CommandCall } from "../../scripts/command.ts";
import { LimitReached } from "../../scripts/limits.ts";
import type { MacroDefinition, ReadMacros } from "./macro-files.ts";

/**
 * Texts in one another, the first one counted. Source: rpm 4.16, rpmio/macro.c, `max_macro_depth`.
 */
const DEPTH = 64;

/** The longest text that macros may become. */
const LONGEST = 16 * 1024 ** 2;

const LONGEST_NAME = 1000;

/** What rpm does itself when it meets the name. Source: rpm 4.16, rpmio/macro.c. */
const BUILT_IN: ReadonlySet<string> = new Set(
  (
    "F P S basename define dirname dnl dump echo error exists expand expr getconfdir getenv " +
    "getncpus global include load lua macrobody quote rpmversion shrink suffix trace u2p " +
    "uncompress undefine url2path verbose warn"
  ).split(" "),
);

/** What expanding needs beside the macros. */
interface ExpandContext extends ReadMacros {
  readonly call: CommandCall;
  /** Runs the text of `%{lua:…}`. Gives what it prints. */
  readonly runLua: (text: string) => string;
}

/** The beginning of a macro: `%`, marks, a name and what may follow it in braces. */
interface MacroUse {
  readonly name: string;
  /** Whether it asks if there is such a macro. */
  readonly isQuestion: boolean;
  readonly isNegated: boolean;
  /** Behind the colon; only in braces. */
  readonly argument?: string;
}

/**
 * A text with its macros replaced, as `rpm --eval` prints it. A macro that is not there stays as it
 * is written, where all of rpm's are known; else it stops the script, as what is not known here.
 *
 * Source: rpm 4.16, rpmio/macro.c, `expandMacro`; seen with rpm 4.18.
 */
export function expandMacros(context: ExpandContext, text: string, depth = 0): string {
  const { call } = context;
  if (depth >= DEPTH) return call.unsupported("macros of rpm in macros without an end");
  let expanded = "";
  let at = 0;
  while (at < text.length) {
    const percent = text.indexOf("%", at);
    if (percent === -1) return bounded(call, expanded + text.slice(at));
    expanded = bounded(call, expanded + text.slice(at, percent));
    const next = text[percent + 1];
    if (next === undefined || next === "%") {
      expanded += "%";
      at = percent + 2;
      continue;
    }
    if (next === "(" || next === "[" || /^[*#-]/.test(next))
      return call.unsupported(`the macro "%${next}" of rpm`);
    const isBraced = next === "{";
    const end = isBraced ? endOfBraces(text, percent + 1) : undefined;
    call.countSteps(1 + (((end ?? percent) - percent) >> 4));
    if (isBraced && end === undefined) return call.unsupported("a macro of rpm without its end");
    const bare = /^[!?]*\w*/.exec(text.slice(percent + 1, percent + LONGEST_NAME))?.[0] ?? "";
    const use = readUse(isBraced ? text.slice(percent + 2, end) : bare);
    const value = use === undefined ? undefined : valueOf(context, use, depth);
    if (value === undefined) {
      expanded += "%";
      at = percent + 1;
      continue;
    }
    expanded += value;
    at = end === undefined ? percent + 1 + bare.length : end + 1;
  }
  return bounded(call, expanded);
}

/** Undefined where the text stays as it is. */
function valueOf(context: ExpandContext, use: MacroUse, depth: number): string | undefined {
  const { call, definitions, isComplete, runLua } = context;
  const { name, isQuestion, isNegated, argument } = use;
  if (BUILT_IN.has(name)) {
    if (isQuestion) return call.unsupported(`the macro "%{?${name}}" of rpm`);
    if (name === "lua" && argument !== undefined) return runLua(argument);
    if (name !== "expand" || argument === undefined)
      return call.unsupported(`the macro "%{${name}}" of rpm`);
    return expandMacros(context, expandMacros(context, argument, depth + 1), depth + 1);
  }
  const macro = definitions.get(name);
  if (isQuestion) {
    if ((macro === undefined) !== isNegated) return "";
    // Nothing behind the colon is as if there were none.
    if (argument !== undefined && argument !== "")
      return expandMacros(context, argument, depth + 1);
    return macro === undefined ? "" : bodyOf(context, { name, macro, depth });
  }
  if (macro !== undefined) return bodyOf(context, { name, macro, depth });
  return isComplete || name.length < 3
    ? undefined
    : call.unsupported(`the macro "%${name}" of rpm`);
}

function bodyOf(
  context: ExpandContext,
  { name, macro, depth }: { name: string; macro: MacroDefinition; depth: number },
): string {
  if (macro.hasArguments) return context.call.unsupported(`the macro "%${name}" of rpm`);
  return expandMacros(context, macro.body, depth + 1);
}

/** Undefined for what is no use of a macro. */
function readUse(text: string): MacroUse | undefined {
  const [, marks = "", name = "", behind = ""] = /^([!?]*)(\w+)([^]*)$/.exec(text) ?? [];
  if (name === "" || /^\d/.test(name)) return undefined;
  const negations = marks.split("!").length - 1;
  return {
    name,
    isQuestion: marks.includes("?"),
    isNegated: negations % 2 === 1,
    ...(behind.startsWith(":") ? { argument: behind.slice(1) } : {}),
  };
}

/** The place of the brace that closes one; braces behind a backslash do not count. */
function endOfBraces(text: string, start: number): number | undefined {
  let open = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === "{") open++;
    else if (text[at] === "}" && --open === 0) return at;
  }
  return undefined;
}

function bounded(call: CommandCall, text: string): string {
  if (text.length > LONGEST) throw new LimitReached("memoryBytes");
  call.countSteps(1);
  return text;
}
