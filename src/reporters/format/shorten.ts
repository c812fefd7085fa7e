/** Longest word that a message shows whole: a digest with its algorithm, a long path. */
const LONGEST_WORD = 160;
const LONGEST_TEXT = 600;

/**
 * A message with values that nobody reads cut: one of sixty kilobytes would hide what is said about
 * it.
 */
export function shortenWords(text: string): string {
  const cut = text.replace(
    new RegExp(`\\S{${LONGEST_WORD + 1},}`, "g"),
    // The end stays: it holds the closing quote and the full stop.
    (word) => `${word.slice(0, 60)}...${word.slice(-20)}`,
  );
  return cut.length > LONGEST_TEXT ? `${cut.slice(0, LONGEST_TEXT - 23)}...${cut.slice(-20)}` : cut;
}
