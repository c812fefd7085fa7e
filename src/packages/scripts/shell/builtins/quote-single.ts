/** A text in single quotes as dash prints it, to be read again. */
export function quoteSingle(text: string): string {
  if (text === "") return "''";
  return text
    .split(/('+)/)
    .filter((piece) => piece !== "")
    .map((piece) => (piece.startsWith("'") ? `"${piece}"` : `'${piece}'`))
    .join("");
}
