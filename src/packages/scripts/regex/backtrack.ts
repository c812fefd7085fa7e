import { besideOf, holds } from "./place.ts";
import type { RegexProgram } from "./program.ts";

/**
 * Starts and ends of groups, two for each, the whole match first; -1 for a group that is not set.
 */
export type Slots = readonly number[];

interface Thread {
  readonly at: number;
  readonly position: number;
  readonly slots: Slots;
}

interface Options {
  readonly isMultiline: boolean;
  readonly ignoreCase: boolean;
  readonly groups: number;
  readonly countSteps: (steps: number) => void;
}

/**
 * The groups of a match whose start and end are known, first ways first. No place of the program is
 * visited twice at one place of the text, so the work is bounded by the product of both.
 */
export function groupsOf(
  program: RegexProgram,
  match: { readonly text: string; readonly start: number; readonly end: number },
  options: Options,
): Slots {
  const { text, start, end } = match;
  const width = end - start + 1;
  const seen = new Set<number>();
  const slots = search(program, { text, start }, options, {
    isNew: ({ at, position }) => {
      const key = at * width + (position - start);
      if (seen.has(key)) return false;
      seen.add(key);
      return position <= end;
    },
    accepts: (position) => position === end,
  });
  return slots ?? [start, end];
}

/**
 * The longest match from a place of an expression with back-references. What was tried is known by
 * the text of its groups, too; the steps are counted, which is what bounds it.
 */
export function longestWithReferences(
  program: RegexProgram,
  match: { readonly text: string; readonly start: number },
  options: Options,
): Slots | undefined {
  const seen = new Set<string>();
  let best: Slots | undefined;
  search(program, match, options, {
    isNew: ({ at, position, slots }) => {
      const key = `${at}:${position}:${slots.join(",")}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    },
    accepts: (position, slots) => {
      if (best === undefined || position > (best[1] ?? 0)) best = slots.with(1, position);
      return position === match.text.length;
    },
  });
  return best;
}

function search(
  program: RegexProgram,
  { text, start }: { readonly text: string; readonly start: number },
  { isMultiline, ignoreCase, groups, countSteps }: Options,
  visit: {
    readonly isNew: (thread: Thread) => boolean;
    readonly accepts: (position: number, slots: Slots) => boolean;
  },
): Slots | undefined {
  const empty = Array.from({ length: 2 * (groups + 1) }, () => -1).with(0, start);
  const pending: Thread[] = [{ at: program.start, position: start, slots: empty }];
  let counted = 0;
  for (let thread = pending.pop(); thread !== undefined; thread = pending.pop()) {
    if (++counted % 64 === 0) countSteps(64 * (program.hasReferences ? 16 : 1));
    if (!visit.isNew(thread)) continue;
    const { at, position, slots } = thread;
    const step = program.steps[at];
    switch (step?.type) {
      case "match":
        if (visit.accepts(position, slots)) return slots.with(1, position);
        break;
      case "byte":
        if (position < text.length && step.set[text.charCodeAt(position)] === 1) {
          pending.push({ at: step.next, position: position + 1, slots });
        }
        break;
      case "fork":
        pending.push({ at: step.second, position, slots });
        pending.push({ at: step.first, position, slots });
        break;
      case "save":
        pending.push({ at: step.next, position, slots: slots.with(step.slot, position) });
        break;
      case "assertion": {
        const before = position === 0 ? 256 : text.charCodeAt(position - 1);
        const after = position === text.length ? 256 : text.charCodeAt(position);
        const place = { before: besideOf(before), after: besideOf(after), isMultiline };
        if (holds(step.kind, place)) pending.push({ at: step.next, position, slots });
        break;
      }
      case "reference": {
        const [from = -1, to = -1] = slots.slice(2 * step.index, 2 * step.index + 2);
        const end = position + to - from;
        const [copy, other] = [text.slice(from, to), text.slice(position, end)];
        const isSame = ignoreCase ? lower(copy) === lower(other) : copy === other;
        if (to !== -1 && isSame) pending.push({ at: step.next, position: end, slots });
        break;
      }
      case undefined:
        break;
    }
  }
  return undefined;
}

/** The letters of the C locale alone. */
function lower(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
