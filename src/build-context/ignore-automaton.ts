import type { Part } from "./ignore-expression.ts";
import { PatternTrie } from "./ignore-trie.ts";

const SLASH = 0x2f;

/** Numbers that may be remembered at once, in places of all states; some tens of megabytes. */
const MAXIMUM_REMEMBERED = 2_000_000;

/** Places in the patterns that some beginning of a path has reached. */
interface State {
  readonly places: readonly number[];
  /** The last pattern that ends here; -1 for none. */
  readonly pattern: number;
  /** By the next character. */
  readonly next: Map<number, State>;
}

/**
 * The patterns of an ignore file, compared with a path all at once. Where a path leads is
 * remembered by its characters: paths that begin alike, as those of a folder do, and those that
 * differ where no pattern sees it, cost a look-up for each character.
 */
export class IgnoreAutomaton {
  readonly #trie = new PatternTrie();
  readonly #states = new Map<number, State[]>();
  #start: State | undefined;
  #remembered = 0;
  #count = 0;

  /**
   * Patterns count from 0, in the order in which they are added; one matches what any of its
   * alternatives does.
   */
  add(alternatives: readonly (readonly Part[])[]): void {
    for (const parts of alternatives) this.#trie.add(parts, this.#count);
    this.#count += 1;
  }

  /**
   * The number of the last pattern that matches the path, relative and with slashes, or a folder
   * above it; -1 for none.
   */
  lastMatch(path: string): number {
    let state = this.#begin();
    let last = -1;
    for (const character of path) {
      const code = character.codePointAt(0) ?? 0;
      if (code === SLASH && state.pattern > last) last = state.pattern;
      state = this.#step(state, code);
    }
    return Math.max(last, state.pattern);
  }

  /** Whether a pattern matches the path itself. */
  matches(path: string): boolean {
    let state = this.#begin();
    for (const character of path) state = this.#step(state, character.codePointAt(0) ?? 0);
    return state.pattern >= 0;
  }

  #begin(): State {
    return (this.#start ??= this.#remember(this.#trie.begin()));
  }

  #step(state: State, code: number): State {
    const known = state.next.get(code);
    if (known !== undefined) return known;
    const next = this.#remember(this.#trie.step(state.places, code));
    state.next.set(code, next);
    return next;
  }

  #remember(places: readonly number[]): State {
    const hash = hashOf(places);
    const alike = this.#states.get(hash);
    const known = alike?.find((state) => areSame(state.places, places));
    if (known !== undefined) return known;
    const state = { places, pattern: this.#trie.lastPattern(places), next: new Map() };
    this.#remembered += places.length + 1;
    if (this.#remembered > MAXIMUM_REMEMBERED) this.#forget();
    else if (alike === undefined) this.#states.set(hash, [state]);
    else alike.push(state);
    return state;
  }

  /** Names can be made so that each leads elsewhere. */
  #forget(): void {
    this.#states.clear();
    this.#start = undefined;
    this.#remembered = 0;
  }
}

/** Independent of the order. */
function hashOf(places: readonly number[]): number {
  let hash = places.length;
  for (const place of places) hash = (hash + Math.imul(place ^ (place >>> 7), 0x9e3779b1)) | 0;
  return hash;
}

function areSame(left: readonly number[], right: readonly number[]): boolean {
  if (left.length !== right.length) return false;
  if (left.every((place, index) => place === right[index])) return true;
  const places = new Set(left);
  return right.every((place) => places.has(place));
}
