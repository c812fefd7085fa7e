/**
 * The name that a reader most likely meant: the one with the smallest edit distance, at most a
 * third of the word's length. Undefined when none is near.
 */
export function nearest(word: string, names: Iterable<string>): string | undefined {
  let limit = Math.max(1, Math.floor(word.length / 3));
  let best: string | undefined;
  for (const name of names) {
    if (Math.abs(name.length - word.length) > limit) continue;
    if (lettersApart(word, name) > limit) continue;
    const distance = editDistance(word, name, limit);
    if (distance > limit) continue;
    if (distance === 0) return name;
    best = name;
    // Only what is nearer still is of interest: among 60,000 packages most are given up after a few
    // letters.
    limit = distance - 1;
  }
  return best;
}

const counts = new Int32Array(128);

/**
 * How many letters one of the words has and the other has not: never more than the edit distance,
 * and cheap to tell.
 */
function lettersApart(a: string, b: string): number {
  counts.fill(0);
  for (let at = 0; at < a.length; at++) count(a.charCodeAt(at) & 127, 1);
  for (let at = 0; at < b.length; at++) count(b.charCodeAt(at) & 127, -1);
  let more = 0;
  let less = 0;
  for (const difference of counts) {
    if (difference > 0) more += difference;
    else less -= difference;
  }
  return Math.max(more, less);
}

function count(letter: number, by: number): void {
  counts[letter] = (counts[letter] ?? 0) + by;
}

/**
 * How many insertions, deletions, replacements and swaps of neighbours turn one word into the
 * other: swaps are the commonest slip of all. More than `limit` is told as one more than it.
 */
function editDistance(a: string, b: string, limit: number): number {
  const tooFar = limit + 1;
  let twoBefore: readonly number[] = [];
  let before: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row: number[] = Array(b.length + 1).fill(tooFar);
    let least = tooFar;
    // Farther from the diagonal than the limit, no way leads to a small distance.
    const first = Math.max(0, i - limit);
    const last = Math.min(b.length, i + limit);
    for (let j = first; j <= last; j++) {
      if (j === 0) row[0] = i;
      else {
        const replace = (before[j - 1] ?? tooFar) + (a[i - 1] === b[j - 1] ? 0 : 1);
        const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
        const swap = isSwap ? (twoBefore[j - 2] ?? tooFar) + 1 : replace;
        row[j] = Math.min(replace, swap, (before[j] ?? tooFar) + 1, (row[j - 1] ?? tooFar) + 1);
      }
      least = Math.min(least, row[j] ?? tooFar);
    }
    // A swap reaches back over two rows at most.
    if (least > limit && Math.min(...before.slice(first, last + 1)) > limit) return tooFar;
    twoBefore = before;
    before = row;
  }
  return Math.min(before[b.length] ?? tooFar, tooFar);
}
