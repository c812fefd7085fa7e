import { NeedsMore } from "../../command.ts";
import type { Meter } from "../execute/meter.ts";
import type { Shell } from "../execute/shell.ts";
import { WordBuilder } from "../parse/word-builder.ts";
import type { Part, Word } from "../tree.ts";

/** Text that is not quoted, or a part that braces leave as it is. */
type Item = string | Part;

/** What one result costs: it is kept until the last one is made. */
const STEPS_PER_RESULT = 4;

/** How much looking at one item counts for. */
const WORK_PER_ITEM = 8;

/**
 * The words that `{a,b}` and `{1..3}` make of one in bash, before anything else of it is expanded;
 * the word alone in dash. Follows bash's braces.c, also for braces that have no end.
 */
export function expandBraces(shell: Shell, word: Word): readonly Word[] {
  if (shell.dialect !== "bash") return [word];
  const hasBrace = word.parts.some(
    (part) => part.type === "text" && !part.isQuoted && part.text.includes("{"),
  );
  if (!hasBrace) return [word];
  const items = word.parts.flatMap((part): readonly Item[] =>
    part.type === "text" && !part.isQuoted ? Array.from(part.text) : [part],
  );
  return expand(items, shell.world.meter).map(toWord);
}

function toWord(items: readonly Item[]): Word {
  const builder = new WordBuilder();
  for (let at = 0; at < items.length; at++) {
    const item = items[at] ?? "";
    if (typeof item === "string") builder.plain(item);
    else if (item.type === "text") builder.quoted(item.text);
    else if (item.type === "parameter" && item.isBare === true) {
      // `$x{a,b}` is `$xa` and `$xb`: bash looks for names only after the braces.
      let { name } = item;
      for (; ; at++) {
        const next = items[at + 1];
        if (typeof next !== "string" || !/^\w+$/.test(next)) break;
        name += next;
      }
      builder.add({ ...item, name });
    } else builder.add(item);
  }
  return builder.finish();
}

function expand(items: readonly Item[], meter: Meter): readonly (readonly Item[])[] {
  let open = -1;
  let close: number | undefined;
  while (close === undefined) {
    const found = seek(items, open + 1, { wanted: "{", meter });
    if (found === undefined) return [items];
    open = found;
    close = seek(items, open + 1, { wanted: "}", meter });
  }
  meter.enter();
  const before = items.slice(0, open);
  const inner = items.slice(open + 1, close);
  const choices = inner.includes(",")
    ? alternatives(inner, meter)
    : (sequence(inner, meter) ?? [["{", ...inner, "}"]]);
  const rests = expand(items.slice(close + 1), meter);
  meter.depth--;
  return choices.flatMap((choice) =>
    rests.map((rest) => {
      const result = [...before, ...choice, ...rest];
      meter.step(STEPS_PER_RESULT);
      meter.work(WORK_PER_ITEM * result.length);
      return result;
    }),
  );
}

/** What stands between the commas, each expanded in turn. */
function alternatives(items: readonly Item[], meter: Meter): readonly (readonly Item[])[] {
  const results: (readonly Item[])[] = [];
  for (let start = 0; start <= items.length;) {
    const end = seek(items, start, { wanted: ",", meter }) ?? items.length;
    for (const result of expand(items.slice(start, end), meter)) results.push(result);
    start = end + 1;
  }
  return results;
}

/**
 * The place of a character outside of braces within. An end counts only after a comma or two dots,
 * and `{}` at the start of a word is no start.
 */
function seek(
  items: readonly Item[],
  from: number,
  { wanted, meter }: { readonly wanted: "{" | "}" | ","; readonly meter: Meter },
): number | undefined {
  let level = 0;
  let isReady = wanted !== "}";
  for (let at = from; at < items.length; at++) {
    const item = items[at];
    const next = items[at + 1];
    if (item === wanted && level === 0 && isReady) {
      const isEmpty = wanted === "{" && at === 0 && (next === undefined || next === "}");
      if (isEmpty) continue;
      meter.work(WORK_PER_ITEM * (at - from));
      return at;
    }
    if (item === "{") level++;
    else if (item === "}" && level > 0) level--;
    if (level > 0) continue;
    if (item === "," || (item === "." && next === "." && items[at + 2] !== "}")) isReady = true;
  }
  meter.work(WORK_PER_ITEM * (items.length - from));
  return undefined;
}

/** `1..3`, `a..e` or `01..10..2`; undefined for anything else. */
function sequence(items: readonly Item[], meter: Meter): readonly (readonly Item[])[] | undefined {
  const text = items.map((item) => (typeof item === "string" ? item : "\0")).join("");
  const match =
    /^([+-]?\d+)\.\.([+-]?\d+)(?:\.\.([+-]?\d+))?$/.exec(text) ??
    /^([A-Za-z])\.\.([A-Za-z])(?:\.\.([+-]?\d+))?$/.exec(text);
  if (match === null) return undefined;
  const [, first = "", last = "", step = "1"] = match;
  const isLetters = /^[A-Za-z]/.test(first);
  if (isLetters && /^[a-z]/.test(first) !== /^[a-z]/.test(last)) {
    throw new NeedsMore("bash's sequences of letters of both cases");
  }
  const [start, end] = isLetters
    ? [first.charCodeAt(0), last.charCodeAt(0)]
    : [Number(first), Number(last)];
  const distance = Math.abs(Number(step)) || 1;
  if (![start, end, distance].every((number) => Number.isSafeInteger(number))) {
    throw new NeedsMore("bash's sequences of numbers that are too large");
  }
  const isPadded = !isLetters && [first, last].some((each) => /^-?0./.test(each));
  const width = isPadded ? Math.max(first.length, last.length) : 0;
  const results: (readonly Item[])[] = [];
  const count = Math.floor(Math.abs(end - start) / distance) + 1;
  for (let index = 0; index < count; index++) {
    meter.step(STEPS_PER_RESULT);
    const value = start + (end < start ? -index : index) * distance;
    results.push([isLetters ? String.fromCharCode(value) : padded(value, width)]);
  }
  return results;
}

function padded(value: number, width: number): string {
  const sign = value < 0 ? "-" : "";
  return sign + `${Math.abs(value)}`.padStart(width - sign.length, "0");
}
