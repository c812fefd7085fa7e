import { beside, besideOf, holds } from "./place.ts";
import type { RegexProgram } from "./program.ts";

/**
 * A set of places in the program at which matching may be, before what needs no byte is followed:
 * that depends on the next byte, by `$` and `\b`.
 */
interface State {
  readonly steps: readonly number[];
  readonly before: number;
  /** By the next byte; 256 for the end of the text. */
  readonly moves: (Move | undefined)[];
  /** The same where a match may also start behind the byte. */
  readonly searches: (Move | undefined)[];
}

interface Move {
  /** A match ends in front of the byte. */
  readonly isMatch: boolean;
  /** Undefined when nothing can match any more. */
  readonly next: State | undefined;
}

/** Past this the states are forgotten and made anew, so that a hostile pattern takes no memory. */
const MOST_STATES = 2000;

/**
 * Matches by an automaton that is made while it is used: the time is in proportion to the text,
 * whatever the expression.
 */
export class Automaton {
  readonly #program: RegexProgram;
  readonly #isMultiline: boolean;
  readonly #states = new Map<string, State>();

  constructor(program: RegexProgram, isMultiline: boolean) {
    this.#program = program;
    this.#isMultiline = isMultiline;
  }

  /** Whether a match starts at a place or behind it. */
  isAnywhereFrom(text: string, start: number): boolean {
    let state = this.#startAt(text, start);
    for (let at = start; ; at++) {
      const byte = at < text.length ? text.charCodeAt(at) : 256;
      const move: Move = state.searches[byte] ?? this.#move(state, byte, true);
      if (move.isMatch) return true;
      if (byte === 256 || move.next === undefined) return false;
      state = move.next;
    }
  }

  /** The end of the longest match that starts at a place; undefined when there is none. */
  longestFrom(text: string, start: number): { readonly end?: number; readonly read: number } {
    let state: State | undefined = this.#startAt(text, start);
    let end: number | undefined;
    let at = start;
    while (state !== undefined) {
      const byte = at < text.length ? text.charCodeAt(at) : 256;
      const move: Move = state.moves[byte] ?? this.#move(state, byte, false);
      if (move.isMatch) end = at;
      if (byte === 256) break;
      state = move.next;
      at++;
    }
    return { ...(end !== undefined && { end }), read: at - start };
  }

  #startAt(text: string, start: number): State {
    const before = start === 0 ? beside.nothing : besideOf(text.charCodeAt(start - 1));
    return this.#state([this.#program.start], before);
  }

  #state(steps: readonly number[], before: number): State {
    const key = `${before}:${steps.join(",")}`;
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    if (this.#states.size >= MOST_STATES) this.#states.clear();
    const state: State = { steps, before, moves: [], searches: [] };
    this.#states.set(key, state);
    return state;
  }

  #move(state: State, byte: number, isSearch: boolean): Move {
    const after = besideOf(byte);
    const reached = new Set<number>();
    const next = new Set<number>();
    let isMatch = false;
    const pending = [...state.steps];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      if (reached.has(at)) continue;
      reached.add(at);
      const step = this.#program.steps[at];
      switch (step?.type) {
        case "match":
          isMatch = true;
          break;
        case "byte":
          if (byte !== 256 && step.set[byte] === 1) next.add(step.next);
          break;
        case "fork":
          pending.push(step.first, step.second);
          break;
        case "save":
          pending.push(step.next);
          break;
        case "assertion": {
          const place = { before: state.before, after, isMultiline: this.#isMultiline };
          if (holds(step.kind, place)) pending.push(step.next);
          break;
        }
        case "reference":
        case undefined:
          break;
      }
    }
    if (isSearch) next.add(this.#program.start);
    const steps = [...next].toSorted((a, b) => a - b);
    const move: Move = {
      isMatch,
      next: steps.length === 0 ? undefined : this.#state(steps, after),
    };
    (isSearch ? state.searches : state.moves)[byte] = move;
    return move;
  }
}
