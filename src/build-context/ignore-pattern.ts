import { posix } from "node:path";
import { type CharacterSet, type Part, parseExpression } from "./ignore-expression.ts";

/** One pattern of a `.dockerignore`, read. */
export interface IgnorePattern {
  /** It matches a path, relative and with slashes, that consists of the parts of any of these. */
  readonly alternatives: readonly (readonly Part[])[];
  /** The pattern up to its first wildcard. */
  readonly literal: string;
}

/** The kernel takes no longer path (PATH_MAX). */
const MAXIMUM_LENGTH = 4096;

/**
 * A pattern as moby/patternmatcher understands it: `**` stands for any number of folders, `*` and
 * `?` do not cross a slash, a backslash takes the next character's meaning. Like there, a pattern
 * without wildcards, and one whose only wildcard is `**` at its beginning or end, is compared as
 * text (so `**log` matches `a/dialog`, too), and all others as a regular expression.
 *
 * Throws `SyntaxError` with moby's words, `syntax error in pattern`, and for a pattern that is
 * longer than a path can be.
 */
export function parsePattern(written: string): IgnorePattern {
  if (written.length > MAXIMUM_LENGTH)
    throw new SyntaxError(
      `a pattern of ${written.length} characters; a path has at most ${MAXIMUM_LENGTH}`,
    );
  // As `filepath.Clean` does; a slash at the beginning or the end says nothing.
  const pattern = posix
    .normalize(written)
    .replace(/^\/(?=.)/u, "")
    .replace(/(?<=.)\/$/u, "");
  checkSyntax(pattern);
  const literal = /^[^*?[\\]*/u.exec(pattern)?.[0] ?? "";
  const wildcards = pattern.slice(literal.length);
  if (wildcards === "") return { literal, alternatives: [characters(pattern)] };
  if (wildcards === "**" && literal !== "")
    return { literal, alternatives: [[...characters(literal), anything]] };
  const ending = /^\*\*([^*?[\]\\]*)$/u.exec(pattern)?.[1];
  if (ending !== undefined) return { literal, alternatives: endingWith(ending) };
  const expression = parseExpression(toExpression(pattern));
  if (expression === undefined) throw syntaxError(pattern);
  return { literal, alternatives: [expression] };
}

const everyCharacter: CharacterSet = { key: "every character", has: () => true };
const anything: Part = { type: "any", set: everyCharacter };

function characters(text: string): readonly Part[] {
  return Array.from(text, (character) => ({
    type: "character",
    code: character.codePointAt(0) ?? 0,
  }));
}

function endingWith(text: string): readonly (readonly Part[])[] {
  const ending = [anything, ...characters(text)];
  return text.startsWith("/") ? [ending, characters(text.slice(1))] : [ending];
}

/**
 * Go's `filepath.Match` goes through the whole pattern before anything is compared: classes and
 * escapes must be complete.
 */
function checkSyntax(pattern: string): void {
  for (let at = 0; at < pattern.length; at++) {
    if (pattern[at] === "\\") {
      if (++at >= pattern.length) throw syntaxError(pattern);
    } else if (pattern[at] === "[") at = endOfClass(pattern, at);
  }
}

/**
 * The place of the class's closing bracket. A bracket or a minus stands for itself only after a
 * backslash.
 */
function endOfClass(pattern: string, start: number): number {
  let at = pattern[start + 1] === "^" ? start + 2 : start + 1;
  for (let ranges = 0; ; ranges++) {
    if (pattern[at] === "]" && ranges > 0) return at;
    at = endOfMember(pattern, at);
    if (pattern[at] === "-") at = endOfMember(pattern, at + 1);
  }
}

function endOfMember(pattern: string, start: number): number {
  const at = pattern[start] === "\\" ? start + 1 : start;
  const code = pattern.codePointAt(at);
  const isBare = at === start && (pattern[at] === "-" || pattern[at] === "]");
  if (code === undefined || isBare) throw syntaxError(pattern);
  const end = at + (code > 0xff_ff ? 2 : 1);
  if (end >= pattern.length) throw syntaxError(pattern);
  return end;
}

/** The regular expression that moby makes of a pattern, with the same slips inside of classes. */
function toExpression(pattern: string): string {
  let expression = "";
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    if (pattern.startsWith("**", at)) {
      at += pattern[at + 2] === "/" ? 2 : 1;
      expression += at + 1 >= pattern.length ? ".*" : "(.*/)?";
    } else if (character === "*") expression += "[^/]*";
    else if (character === "?") expression += "[^/]";
    else if (".+()|{}$".includes(character)) expression += `\\${character}`;
    else if (character === "\\") expression += `\\${pattern.charAt(++at)}`;
    else expression += character;
  }
  return expression;
}

function syntaxError(pattern: string): SyntaxError {
  return new SyntaxError(`syntax error in pattern ${JSON.stringify(pattern)}`);
}
