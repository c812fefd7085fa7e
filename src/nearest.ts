/**
 * The name that a reader most likely meant: the one with the smallest edit distance, at most a third of
 * the word's length. Undefined when none is near.
 */
export function nearest(word: string, names: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3));
  let best: { name: string; distance: number } | undefined;
  for (const name of names) {
    if (Math.abs(name.length - word.length) > limit) continue;
    const distance = editDistance(word, name);
    if (distance <= limit && (best === undefined || distance < best.distance)) {
      best = { name, distance };
    }
  }
  return best?.name;
}

/** How many insertions, deletions, replacements and swaps of neighbours turn one word into the other: swaps are the commonest slip of all. */
function editDistance(a: string, b: string): number {
  let twoBefore: readonly number[] = [];
  let before: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (before[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = isSwap ? (twoBefore[j - 2] ?? 0) + 1 : replace;
      row.push(Math.min(replace, swap, (before[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    twoBefore = before;
    before = row;
  }
  return before[b.length] ?? 0;
}
