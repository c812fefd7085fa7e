import { matchClass } from "./character-class.ts";

/** Marks of quoting.ts: a character above the bytes means itself. */
const SHIFT = 0x100;

type Step =
  | { readonly type: "char"; readonly code: number }
  | { readonly type: "any" }
  | { readonly type: "star" }
  | { readonly type: "set"; readonly isInverted: boolean; readonly members: ReadonlySet<number> };

/** A pattern of `case`, of file names or of `${x#…}`. */
export interface Pattern {
  readonly steps: readonly Step[];
  /** The text, when it holds nothing that is special. */
  readonly literal: string | undefined;
}

const known = new Map<string, Pattern>();
const MOST_KNOWN = 1000;

/** Reads a pattern as dash's matcher does, errors in brackets included. It may have marks. */
export function compilePattern(text: string): Pattern {
  const present = known.get(text);
  if (present !== undefined) return present;
  const steps: Step[] = [];
  for (let at = 0; at < text.length;) {
    const char = text[at] ?? "";
    if (char === "*") {
      if (steps.at(-1)?.type !== "star") steps.push({ type: "star" });
      at++;
    } else if (char === "?") {
      steps.push({ type: "any" });
      at++;
    } else if (char === "[") {
      const set = readSet(text, at + 1);
      steps.push(set?.step ?? { type: "char", code: 0x5b });
      at = set?.end ?? at + 1;
    } else if (char === "\\" && at + 1 < text.length) {
      steps.push({ type: "char", code: codeAt(text, at + 1) });
      at += 2;
    } else {
      steps.push({ type: "char", code: codeAt(text, at) });
      at++;
    }
  }
  const pattern = { steps, literal: literalOf(steps) };
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(text, pattern);
  return pattern;
}

/**
 * Whether a pattern fits a whole text. Takes time in proportion to the product of both lengths at
 * most; `count` is told how much it was.
 */
export function matches(pattern: Pattern, text: string, count: (work: number) => void): boolean {
  if (pattern.literal !== undefined) return pattern.literal === text;
  const { steps } = pattern;
  let at = 0;
  let step = 0;
  let starStep = -1;
  let starAt = 0;
  let work = 0;
  while (at < text.length) {
    work++;
    const current = steps[step];
    if (current?.type === "star") {
      starStep = step++;
      starAt = at;
    } else if (current !== undefined && fits(current, text.charCodeAt(at))) {
      step++;
      at++;
    } else if (starStep >= 0) {
      // Only the last star needs to be tried again: it can take what earlier ones could.
      step = starStep + 1;
      at = ++starAt;
    } else {
      count(work);
      return false;
    }
  }
  count(work);
  while (steps[step]?.type === "star") step++;
  return step === steps.length;
}

/**
 * Lengths of the beginnings of a text that a pattern fits: the shortest and the longest; undefined
 * when it fits none. All are followed at once, so that no text makes it slow.
 */
export function prefixes(
  pattern: Pattern,
  text: string,
  count: (work: number) => void,
): { readonly shortest: number; readonly longest: number } | undefined {
  const { steps } = pattern;
  let states = closure(steps, [0]);
  let shortest = -1;
  let longest = -1;
  for (let at = 0; ; at++) {
    if (states.at(-1) === steps.length) {
      if (shortest < 0) shortest = at;
      longest = at;
    }
    if (at >= text.length || states.length === 0) break;
    count(states.length);
    const code = text.charCodeAt(at);
    const next: number[] = [];
    for (const state of states) {
      const step = steps[state];
      if (step === undefined) continue;
      if (step.type === "star") next.push(state);
      else if (fits(step, code)) next.push(state + 1);
    }
    states = closure(steps, next);
  }
  return shortest < 0 ? undefined : { shortest, longest };
}

/** The same pattern for texts that are read from their end. */
export function reversed(pattern: Pattern): Pattern {
  const literal = pattern.literal === undefined ? undefined : reverse(pattern.literal);
  return { steps: pattern.steps.toReversed(), literal };
}

export function reverse(text: string): string {
  return Buffer.from(Buffer.from(text, "latin1").toReversed()).toString("latin1");
}

/** States that are reached without a character, in order and each once. */
function closure(steps: readonly Step[], states: readonly number[]): readonly number[] {
  const reached: number[] = [];
  for (const state of states) {
    let each = state;
    if (reached.at(-1) !== each) reached.push(each);
    while (steps[each]?.type === "star") {
      each++;
      if (reached.at(-1) !== each) reached.push(each);
    }
  }
  // A state may come twice, from a star before it and from a step; they are few and in order.
  return reached.length < 2 ? reached : [...new Set(reached)].toSorted((a, b) => a - b);
}

function fits(step: Step, code: number): boolean {
  switch (step.type) {
    case "char":
      return step.code === code;
    case "any":
      return true;
    case "star":
      return false;
    case "set":
      return step.members.has(code) !== step.isInverted;
  }
}

function literalOf(steps: readonly Step[]): string | undefined {
  let text = "";
  for (const step of steps) {
    if (step.type !== "char") return undefined;
    text += String.fromCharCode(step.code);
  }
  return text;
}

function codeAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= SHIFT ? code - SHIFT : code;
}

/** A bracket expression from after its `[`; undefined when it has no end. */
function readSet(
  text: string,
  start: number,
): { readonly step: Step; readonly end: number } | undefined {
  let at = start;
  const isInverted = text[at] === "!";
  if (isInverted) at++;
  const members = new Set<number>();
  for (let isFirst = true; ; isFirst = false) {
    const char = text[at];
    if (char === undefined) return undefined;
    if (char === "]" && !isFirst)
      return { step: { type: "set", isInverted, members }, end: at + 1 };
    if (char === "[") {
      const found = matchClass(text, at + 1);
      if (found !== undefined) {
        for (const code of found.members) members.add(code);
        at = found.end;
        continue;
      }
    }
    if (char === "\\") at++;
    const low = codeAt(text, at);
    at++;
    if (text[at] === "-" && text[at + 1] !== "]" && text[at + 1] !== undefined) {
      at++;
      if (text[at] === "\\") at++;
      addRange(members, low, codeAt(text, at));
      at++;
    } else members.add(low);
  }
}

/** Bytes compare as signed characters, as they do in dash on most machines. */
function addRange(members: Set<number>, low: number, high: number): void {
  for (let code = signed(low); code <= signed(high); code++) members.add(code & 0xff);
}

function signed(code: number): number {
  return code > 0x7f ? code - SHIFT : code;
}
