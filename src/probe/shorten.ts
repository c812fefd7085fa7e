const LONGEST = 200;

/** Text of a service in a length that can stand in a message: its beginning. */
export function shorten(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 3)}...` : text;
}
