import { LineCounter } from "yaml";
import { type Diagnostic, type DiagnosticCode, errorAt, type Location } from "../../diagnostic.ts";
import { forbiddenIn } from "../text/characters.ts";
import { limits } from "../text/guard.ts";
import { interpolate, type InterpolationProblem, ValueRoom } from "../variables/interpolate.ts";
import { publicPrefix } from "../variables/sent-values.ts";
import type { SourceText } from "../text/source.ts";
import { type Assignment, parseDotenv, parseRaw, type Statement } from "./parse.ts";

/** Finds the value of a variable. */
export type Lookup = (name: string) => string | undefined;

/** A value of a file of variables, and where it stands. */
export interface FileVariable {
  readonly value: string;
  readonly location: Location;
}

/** What a file of variables gives, and what is wrong with it. */
export interface FileVariables {
  readonly variables: ReadonlyMap<string, FileVariable>;
  readonly problems: readonly Diagnostic[];
}

export interface ReadOptions {
  /** What goes before the file: the environment. */
  readonly lookup: Lookup;
  /** What the file goes before: earlier files. */
  readonly earlier?: Lookup;
  /** `raw` has neither quotes nor variables. */
  readonly format?: "dotenv" | "raw";
}

/**
 * The variables of a file such as `.env`. Values may hold variables: those of the environment,
 * those further up in the file, those of earlier files. What a variable with the public prefix may
 * be told to others, so that none without it may be part of it.
 */
export function readVariables(
  source: SourceText,
  { lookup, earlier, format = "dotenv" }: ReadOptions,
): FileVariables {
  // A line end of Windows is one; a value over several lines has those of Unix.
  const text = source.text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  const variables = new Map<string, FileVariable>();
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (const { index } of text.matchAll(/\n/g)) lines.addNewLine(index + 1);
  const reading: Reading = {
    text,
    file: source.displayPath,
    lines,
    problems: [],
    variables,
    room: new ValueRoom(),
    lookup: (name) => lookup(name) ?? variables.get(name)?.value ?? earlier?.(name),
  };
  if (text.length > limits.characters) {
    report(reading, { start: 0, end: 1 }, "manifest-too-large", {
      message: `The file has ${text.length} characters; at most ${limits.characters} are read.`,
    });
    return reading;
  }
  for (const statement of format === "raw" ? parseRaw(text) : parseDotenv(text)) {
    if (reading.problems.length >= limits.problems) break;
    readStatement(statement, reading);
  }
  return reading;
}

interface Reading {
  readonly text: string;
  readonly file: string;
  readonly lines: LineCounter;
  readonly problems: Diagnostic[];
  readonly variables: Map<string, FileVariable>;
  /** For what variables become in the whole file. */
  readonly room: ValueRoom;
  readonly lookup: Lookup;
}

function readStatement(statement: Statement, reading: Reading): void {
  const { variables, lookup } = reading;
  switch (statement.type) {
    case "malformed":
      report(reading, statement, "env-file-syntax", malformations[statement.reason]);
      return;
    case "inherited": {
      const { name, start } = statement;
      const value = lookup(name);
      const location = placeOf(reading, start, start + name.length);
      if (value !== undefined) variables.set(name, { value, location });
      return;
    }
    case "assignment": {
      const { name, start } = statement;
      const value = valueOf(statement, reading);
      const location = placeOf(reading, start, start + name.length);
      const character = forbiddenIn(value, true);
      if (character === undefined) variables.set(name, { value, location });
      else {
        const at = { start, end: start + name.length };
        report(reading, at, "invalid-value", { message: `${name} holds ${character}.` });
      }
    }
  }
}

const malformations: Readonly<
  Record<
    Extract<Statement, { readonly type: "malformed" }>["reason"],
    { readonly message: string; readonly hint: string }
  >
> = {
  name: {
    message: "A variable is written as NAME=value, its name of letters, digits, `_`, `.` and `-`.",
    hint: "A value over several lines stands in quotes; a comment begins with #.",
  },
  unclosed: {
    message: "This quote is never closed.",
    hint: "Close it, or write a backslash before a quote that is meant as text.",
  },
  trailing: {
    message: "Nothing but a comment may follow the closing quote.",
    hint: "Put the whole value in quotes, and a backslash before those inside of it.",
  },
};

function valueOf(statement: Assignment, reading: Reading): string {
  const { name, value, hasVariables, valueStart, valueEnd } = statement;
  if (!hasVariables || !value.includes("$")) return value;
  const result = interpolate(value, { get: reading.lookup }, reading.room);
  for (const problem of result.problems) {
    report(reading, partOf(statement, problem, reading), problem.code, {
      // The message of a variable that is written wrongly shows what is written.
      message:
        problem.code === "invalid-interpolation"
          ? "A dollar sign and a brace begin no variable here."
          : problem.message,
      hint: hintOf(problem),
    });
  }
  const secret = name.startsWith(publicPrefix)
    ? result.variables.find((other) => !other.name.startsWith(publicPrefix))
    : undefined;
  if (secret !== undefined) {
    report(reading, { start: valueStart, end: valueEnd }, "variable-sent-away", {
      message: `${name} may be sent to another machine, so ${secret.name} must not be part of it.`,
      hint: `Write the value out; or, when others may know it, name the variable ${publicPrefix}….`,
    });
    return "";
  }
  return result.text;
}

/** A password that holds a dollar sign is what most often goes wrong here. */
function hintOf({ code, hint }: InterpolationProblem): string {
  return code === "not-utf8" || code === "manifest-too-large"
    ? hint
    : `${hint} A value in single quotes is taken as it is, dollar signs included.`;
}

/** Where a part of a value stands; the whole value where escapes make the two differ. */
function partOf(
  { valueStart, valueEnd }: Assignment,
  { start, end }: InterpolationProblem,
  { text }: Reading,
): { readonly start: number; readonly end: number } {
  const offset = text[valueStart] === '"' ? valueStart + 1 : valueStart;
  const isPlain = !text.slice(valueStart, offset + end).includes("\\");
  return isPlain
    ? { start: offset + start, end: offset + end }
    : { start: valueStart, end: valueEnd };
}

function report(
  reading: Reading,
  { start, end }: { readonly start: number; readonly end: number },
  code: DiagnosticCode,
  parts: { readonly message: string; readonly hint?: string },
): void {
  reading.problems.push(errorAt(placeOf(reading, start, end), code, parts));
}

/** A place in a file whose values may be secrets: of its lines only the names are shown. */
function placeOf({ text, file, lines }: Reading, start: number, end: number): Location {
  const { line: number, col: column } = lines.linePos(start);
  const lineStart = start - (column - 1);
  const newline = text.indexOf("\n", start);
  const line = text.slice(lineStart, newline === -1 ? undefined : newline);
  const [shown = ""] = /^\s*(?:export\s+)?[\w.-]+\s*[=:]/.exec(line) ?? [];
  return {
    file,
    line: number,
    column,
    offset: start,
    length: Math.max(1, Math.min(end, lineStart + line.length) - start),
    sourceLine: shown + line.slice(shown.length).replaceAll(/\S/g, "*"),
  };
}
