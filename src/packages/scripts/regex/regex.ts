import { Automaton } from "./automaton.ts";
import { groupsOf, longestWithReferences } from "./backtrack.ts";
import { parseRegex, type RegexSyntax } from "./parse-regex.ts";
import { programOf, type RegexProgram } from "./program.ts";

export interface RegexOptions extends RegexSyntax {
  /** `^` and `$` hold at newlines, too. */
  readonly isMultiline?: boolean;
  /** Told of the work, so that it can end it. */
  readonly countSteps: (steps: number) => void;
}

/** A match; places count bytes. */
export interface RegexMatch {
  readonly start: number;
  readonly end: number;
  /** By number, from 1 on; undefined for a group that took no part. */
  readonly group: (index: number) => string | undefined;
}

/**
 * A regular expression of POSIX over strings of bytes: the leftmost match, and of those the
 * longest.
 * It takes time in proportion to the text, unless it has back-references; those are bounded by the
 * steps of the script. Among ways to give the groups of one match, the first of alternatives and
 * the longest of repeats win, left to right.
 */
export class Regex {
  readonly groups: number;
  readonly #program: RegexProgram;
  readonly #automaton: Automaton;
  readonly #options: RegexOptions;

  /** Throws `RegexError`. */
  constructor(source: string, options: RegexOptions) {
    const { tree, groups } = parseRegex(source, options);
    this.groups = groups;
    this.#options = options;
    this.#program = programOf(tree);
    this.#automaton = new Automaton(this.#program, options.isMultiline === true);
  }

  /** Whether it matches anywhere from a place on. */
  test(text: string, from = 0): boolean {
    if (this.#program.hasReferences) return this.#find(text, from) !== undefined;
    this.#options.countSteps(stepsFor(text.length - from));
    return this.#automaton.isAnywhereFrom(text, from);
  }

  /** The leftmost match that starts at a place or behind it. What is before the place is seen. */
  exec(text: string, from = 0): RegexMatch | undefined {
    const found = this.#find(text, from);
    if (found === undefined) return undefined;
    const { start, end } = found;
    let slots = found.slots;
    return {
      start,
      end,
      group: (index) => {
        slots ??= groupsOf(this.#program, { text, start, end }, this.#backtracking());
        const [groupStart = -1, groupEnd = -1] = slots.slice(2 * index, 2 * index + 2);
        return groupStart === -1 || groupEnd === -1 ? undefined : text.slice(groupStart, groupEnd);
      },
    };
  }

  #find(
    text: string,
    from: number,
  ):
    | { readonly start: number; readonly end: number; readonly slots?: readonly number[] }
    | undefined {
    if (this.#program.hasReferences) return this.#findWithReferences(text, from);
    if (!this.test(text, from)) return undefined;
    let read = 0;
    for (let start = from; start <= text.length; start++) {
      const longest = this.#automaton.longestFrom(text, start);
      read += longest.read + 1;
      if (read > 4096) {
        this.#options.countSteps(stepsFor(read));
        read = 0;
      }
      if (longest.end !== undefined) {
        this.#options.countSteps(stepsFor(read));
        return { start, end: longest.end };
      }
    }
    return undefined;
  }

  #findWithReferences(
    text: string,
    from: number,
  ):
    | { readonly start: number; readonly end: number; readonly slots: readonly number[] }
    | undefined {
    for (let start = from; start <= text.length; start++) {
      this.#options.countSteps(1);
      const slots = longestWithReferences(this.#program, { text, start }, this.#backtracking());
      if (slots !== undefined) return { start, end: slots[1] ?? start, slots };
    }
    return undefined;
  }

  #backtracking() {
    const { isMultiline = false, ignoreCase = false, countSteps } = this.#options;
    return { isMultiline, ignoreCase, groups: this.groups, countSteps };
  }
}

/** The automaton reads some eight bytes in the time of one step of a script. */
function stepsFor(bytes: number): number {
  return 1 + (bytes >> 3);
}
