import { IgnoreAutomaton } from "./ignore-automaton.ts";
import { createBeginnings } from "./ignore-beginnings.ts";
import { type IgnorePattern, parsePattern } from "./ignore-pattern.ts";

/** The rules of a `.dockerignore`. */
export interface IgnoreRules {
  /** Whether a path, relative and with slashes, stays out of the context. */
  ignores(path: string): boolean;
  /**
   * Whether an ignored folder must be walked all the same, since a later `!` rule may take
   * something inside it back.
   */
  mayHoldExceptions(directory: string): boolean;
  /** Whether a `!` rule takes the path back: somebody has thought about it. */
  isException(path: string): boolean;
}

interface Rule {
  readonly exception: boolean;
  readonly pattern: IgnorePattern;
}

/**
 * Read a `.dockerignore` by moby's rules (moby/patternmatcher), and not by those of `.gitignore`:
 * patterns are anchored at the root, case counts, the last rule that fits decides, and a rule for a
 * folder is one for all that it holds. A pattern that is none throws `SyntaxError` with its line,
 * and so does one with which the patterns are too many to be held.
 */
export function parseIgnore(text: string): IgnoreRules {
  const rules = new IgnoreAutomaton();
  const exceptions = new IgnoreAutomaton();
  const isException: boolean[] = [];
  const literals: string[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/u, "")
    .split(/\r?\n/u)
    .entries()) {
    const rule = parseRule(line, index + 1);
    if (rule === undefined) continue;
    const { exception, pattern } = rule;
    atLine(index + 1, () => rules.add(pattern.alternatives));
    isException.push(exception);
    if (!exception) continue;
    exceptions.add(pattern.alternatives);
    literals.push(pattern.literal);
  }
  const beginnings = createBeginnings(literals);
  return {
    ignores(path) {
      const last = rules.lastMatch(path);
      return last >= 0 && isException[last] === false;
    },
    mayHoldExceptions: (directory) => beginnings.meet(`${directory}/`),
    isException: (path) => exceptions.matches(path),
  };
}

function parseRule(line: string, number: number): Rule | undefined {
  if (line.startsWith("#")) return undefined;
  const trimmed = line.trim();
  const exception = trimmed.startsWith("!");
  const written = exception ? trimmed.slice(1).trim() : trimmed;
  if (written === "") {
    if (exception) throw new SyntaxError(`line ${number}: "!" needs a pattern`);
    return undefined;
  }
  return { exception, pattern: atLine(number, () => parsePattern(written)) };
}

function atLine<Result>(line: number, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new SyntaxError(`line ${line}: ${error.message}`, { cause: error });
  }
}
