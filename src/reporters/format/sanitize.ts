// Escape sequences first, as a whole: stripping only the escape character would leave its
// parameters behind as text.
const escapeSequences =
  // eslint-disable-next-line no-control-regex -- control characters are the subject
  /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|[PX^_][^\u001B]*(?:\u001B\\)?|[ -/]*[0-~])/g;
// eslint-disable-next-line no-control-regex -- control characters are the subject
const controlCharacters = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g;
/**
 * Marks that reorder or hide text on the screen: bidirectional overrides and isolates, zero-width
 * characters.
 */
const deceivingCharacters = /[\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/g;

/**
 * Text from outside (a container's log, an Engine's message, a file name) made safe to print: no
 * escape sequences, no control characters but tab and newline, nothing that reorders what is read.
 */
export function sanitize(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replaceAll(escapeSequences, "")
    .replaceAll(controlCharacters, "")
    .replaceAll(deceivingCharacters, "");
}

/** The same for what has to stay on one line: line ends and tabs become spaces. */
export function sanitizeLine(text: string): string {
  return sanitize(text)
    .replaceAll(/[\n\t\u2028\u2029]+/g, " ")
    .trimEnd();
}
