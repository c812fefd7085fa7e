import { posix } from "node:path";

/** The rules of a `.dockerignore`. */
export interface IgnoreRules {
  /** Whether a path, relative and with slashes, stays out of the context. */
  ignores(path: string): boolean;
  /** Whether an ignored folder must be walked all the same, since a later `!` rule may take something inside it back. */
  mayHoldExceptions(directory: string): boolean;
  /** Whether a `!` rule takes the path back: somebody has thought about it. */
  isException(path: string): boolean;
}

interface Rule {
  readonly exception: boolean;
  readonly regex: RegExp;
  /** The pattern up to its first wildcard. */
  readonly literal: string;
}

/**
 * Read a `.dockerignore` by moby's rules (moby/patternmatcher), and not by those of `.gitignore`: patterns are anchored at
 * the root, case counts, the last rule that fits decides, and a rule for a folder is one for all that it holds. A pattern
 * that is none throws `SyntaxError` with its line.
 */
export function parseIgnore(text: string): IgnoreRules {
  const rules = text
    .replace(/^\uFEFF/u, "")
    .split(/\r?\n/u)
    .flatMap((line, index) => parseRule(line, index + 1));
  return {
    ignores(path) {
      const paths = withParents(path);
      return rules.reduce((ignored, { exception, regex }) => {
        // A rule that would change nothing need not be tried.
        if (exception !== ignored) return ignored;
        return paths.some((part) => regex.test(part)) ? !exception : ignored;
      }, false);
    },
    mayHoldExceptions: (directory) =>
      rules.some(
        ({ exception, literal }) =>
          exception && (literal.startsWith(`${directory}/`) || `${directory}/`.startsWith(literal)),
      ),
    isException: (path) => rules.some(({ exception, regex }) => exception && regex.test(path)),
  };
}

function parseRule(line: string, number: number): readonly Rule[] {
  if (line.startsWith("#")) return [];
  const trimmed = line.trim();
  const exception = trimmed.startsWith("!");
  const written = exception ? trimmed.slice(1).trim() : trimmed;
  if (written === "") {
    if (exception) throw new SyntaxError(`line ${number}: "!" needs a pattern`);
    return [];
  }
  const pattern = posix
    .normalize(written)
    .replace(/^\/(?=.)/u, "")
    .replace(/(?<=.)\/$/u, "");
  if (pattern === ".") return [];
  const literal = /^[^*?[\\]*/u.exec(pattern)?.[0] ?? "";
  return [{ exception, regex: toRegex(pattern, number), literal }];
}

/** `**` stands for any number of folders, `*` and `?` do not cross a slash, a backslash takes the next character's meaning. */
function toRegex(pattern: string, line: number): RegExp {
  let source = "";
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern.charAt(index);
    if (pattern.startsWith("**", index)) {
      index += pattern[index + 2] === "/" ? 2 : 1;
      source += index + 1 >= pattern.length ? ".*" : "(?:.*/)?";
    } else if (character === "*") source += "[^/]*";
    else if (character === "?") source += "[^/]";
    else if (character === "[") {
      const end = pattern.indexOf("]", index + 2);
      if (end === -1) throw new SyntaxError(`line ${line}: "[" is never closed`);
      source += characterClass(pattern.slice(index + 1, end));
      index = end;
    } else if (character === "\\") {
      index += 1;
      if (index === pattern.length)
        throw new SyntaxError(`line ${line}: "\\" at the end escapes nothing`);
      source += escape(pattern.charAt(index));
    } else source += escape(character);
  }
  try {
    return new RegExp(`^${source}$`, "su");
  } catch {
    throw new SyntaxError(`line ${line}: ${JSON.stringify(pattern)} is not a pattern`);
  }
}

function characterClass(members: string): string {
  const negated = members.startsWith("^");
  const inner = (negated ? members.slice(1) : members).replaceAll(/[\\[\]&~|]/gu, "\\$&");
  return `[${negated ? "^" : ""}${inner}]`;
}

function escape(character: string): string {
  return /[\\^$.*+?()[\]{}|/]/u.test(character) ? `\\${character}` : character;
}

/** `a/b/c` with `a` and `a/b`. */
function withParents(path: string): readonly string[] {
  const parts = path.split("/");
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}
