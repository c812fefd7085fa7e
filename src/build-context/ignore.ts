import { type IgnorePattern, parsePattern } from "./ignore-pattern.ts";

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
  readonly pattern: IgnorePattern;
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
      return rules.reduce((ignored, { exception, pattern }) => {
        // A rule that would change nothing need not be tried.
        if (exception !== ignored) return ignored;
        return pattern.matchesWithParents(path) ? !exception : ignored;
      }, false);
    },
    mayHoldExceptions: (directory) =>
      rules.some(
        ({ exception, pattern: { literal } }) =>
          exception && (literal.startsWith(`${directory}/`) || `${directory}/`.startsWith(literal)),
      ),
    isException: (path) =>
      rules.some(({ exception, pattern }) => exception && pattern.matches(path)),
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
  return [{ exception, pattern: parseAt(written, number) }];
}

function parseAt(written: string, line: number): IgnorePattern {
  try {
    return parsePattern(written);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new SyntaxError(`line ${line}: ${error.message}`, { cause: error });
  }
}
