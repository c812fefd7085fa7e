import { escapedControls } from "../../escaped-controls.ts";

/** What a file of variables says, one after the other; offsets are in its text. */
export type Statement = Assignment | Inherited | Malformed;

/** `NAME=value` */
export interface Assignment {
  readonly type: "assignment";
  readonly name: string;
  readonly start: number;
  /**
   * The value, its quotes and escapes taken away. A literal dollar sign is `$$` where variables are
   * replaced.
   */
  readonly value: string;
  /** Without quotes and in double ones; what stands in single quotes is meant as it is. */
  readonly hasVariables: boolean;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** `NAME` alone: the value that the variable has in the environment, if any. */
interface Inherited {
  readonly type: "inherited";
  readonly name: string;
  readonly start: number;
}

interface Malformed {
  readonly type: "malformed";
  readonly reason: "name" | "unclosed" | "trailing";
  readonly start: number;
  readonly end: number;
}

/**
 * Read a text of variables as compose does: `NAME=value` or `NAME: value`, `export` before it,
 * comments, values in quotes over several lines. A line end is `\n`. After a mistake reading goes
 * on with the next line.
 *
 * Source: compose-go 2, dotenv/parser.go. What differs: a comment may also follow an empty value or
 * a tab, and what follows a closing quote is a mistake and not a further variable.
 */
export function parseDotenv(text: string): readonly Statement[] {
  const statements: Statement[] = [];
  for (let at = 0; at < text.length;) {
    const lineEnd = endOfLine(text, at);
    const line = text.slice(at, lineEnd);
    if (/^\s*(?:#.*)?$/.test(line)) {
      at = lineEnd + 1;
      continue;
    }
    const { statement, end } = parseStatement(text, at, lineEnd);
    statements.push(statement);
    at = endOfLine(text, end) + 1;
  }
  return statements;
}

/**
 * Read a text of variables without any quoting: what follows the first `=` is the value, to the end
 * of the line. As compose's format `raw`, and as `docker run --env-file`.
 */
export function parseRaw(text: string): readonly Statement[] {
  const statements: Statement[] = [];
  for (let at = 0; at < text.length; at = endOfLine(text, at) + 1) {
    const lineEnd = endOfLine(text, at);
    const line = text.slice(at, lineEnd);
    const indent = line.length - line.trimStart().length;
    if (/^\s*(?:#.*)?$/.test(line)) continue;
    const start = at + indent;
    const [name = ""] = line.slice(indent).split("=", 1);
    const valueStart = start + name.length + 1;
    if (/\s/.test(name) || name === "")
      statements.push({ type: "malformed", reason: "name", start, end: lineEnd });
    else if (valueStart > lineEnd) statements.push({ type: "inherited", name, start });
    else {
      statements.push({
        type: "assignment",
        name,
        start,
        value: text.slice(valueStart, lineEnd),
        hasVariables: false,
        valueStart,
        valueEnd: lineEnd,
      });
    }
  }
  return statements;
}

interface Parsed {
  readonly statement: Statement;
  /** Where it ends in the text. */
  readonly end: number;
}

function parseStatement(text: string, lineStart: number, lineEnd: number): Parsed {
  const line = text.slice(lineStart, lineEnd);
  const [lead = ""] = /^\s*(?:export\s+)?/.exec(line) ?? [];
  const start = lineStart + lead.length;
  const [, name, gap = "", separator] =
    /^([\p{L}\p{N}_.\-[\]]+)([^\S\n]*)([=:]|$)/u.exec(line.slice(lead.length)) ?? [];
  if (name === undefined) {
    const statement = { type: "malformed", reason: "name", start, end: lineEnd } as const;
    return { statement, end: lineEnd };
  }
  if (separator === "") return { statement: { type: "inherited", name, start }, end: lineEnd };
  const afterSeparator = start + name.length + gap.length + 1;
  const rest = text.slice(afterSeparator, lineEnd);
  const valueStart = afterSeparator + (rest.length - rest.trimStart().length);
  const quote = text[valueStart];
  const assignment = { type: "assignment", name, start, valueStart } as const;
  if (quote === '"' || quote === "'") return parseQuoted(text, assignment, quote);
  // A comment begins at a sharp behind a space, also where there is no value before it.
  const [value = ""] = rest.split(/\s#/, 1);
  const trimmed = value.trim();
  return {
    statement: {
      ...assignment,
      value: trimmed,
      hasVariables: true,
      valueEnd: valueStart + trimmed.length,
    },
    end: lineEnd,
  };
}

function parseQuoted(
  text: string,
  assignment: Pick<Assignment, "type" | "name" | "start" | "valueStart">,
  quote: '"' | "'",
): Parsed {
  const { valueStart } = assignment;
  const inner = quote === '"' ? /"((?:[^"\\]|\\[\s\S])*)"/y : /'((?:[^'\\]|\\[\s\S])*)'/y;
  inner.lastIndex = valueStart;
  const [whole, written = ""] = inner.exec(text) ?? [];
  if (whole === undefined) {
    const statement = {
      type: "malformed",
      reason: "unclosed",
      start: valueStart,
      end: valueStart + 1,
    } as const;
    // Whatever follows was read inside of it, and says nothing of its own.
    return { statement, end: text.length };
  }
  const valueEnd = valueStart + whole.length;
  const lineEnd = endOfLine(text, valueEnd);
  const trailing = text.slice(valueEnd, lineEnd);
  if (!/^\s*$|^\s+#/.test(trailing)) {
    const start = valueEnd + (trailing.length - trailing.trimStart().length);
    const statement = { type: "malformed", reason: "trailing", start, end: lineEnd } as const;
    return { statement, end: lineEnd };
  }
  const value =
    quote === '"' ? written.replace(escapes, unescape) : written.replaceAll(String.raw`\'`, "'");
  const statement = { ...assignment, value, hasVariables: quote === '"', valueEnd };
  return { statement, end: valueEnd };
}

/** In double quotes; a backslash before anything else stays. */
const escapes = /\\(?:([abfnrtv\\"$])|0([0-7]{1,3}))/g;

function unescape(_: string, letter: string | undefined, octal: string | undefined): string {
  if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
  if (letter === "$") return "$$";
  return escapedControls[letter ?? ""] ?? letter ?? "";
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end === -1 ? text.length : end;
}
