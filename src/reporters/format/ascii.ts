/**
 * What stands for each sign that qclock draws where the terminal's character set has it not; each
 * as wide as the sign.
 */
const substitutes = new Map([
  ["✔", "+"],
  ["✖", "x"],
  ["×", "x"],
  ["●", "*"],
  ["○", "o"],
  ["■", "#"],
  ["·", "-"],
  ["…", "~"],
  ["━", "#"],
  ["┄", "."],
  ["─", "-"],
  ["│", "|"],
  ["├", "|"],
  ["└", "`"],
  ["›", ">"],
  ["↓", "v"],
]);
const signs = new RegExp(`[${[...substitutes.keys()].join("")}\u2800-\u28FF]`, "gu");
/** listr2's spinner is made of braille; its frames are told apart by four strokes. */
const spinner = ["|", "/", "-", "\\"] as const;

/**
 * The text with qclock's own signs in ASCII. What others wrote, such as names and log lines, stays
 * as it is.
 */
export function toAscii(text: string): string {
  return text.replaceAll(
    signs,
    (sign) => substitutes.get(sign) ?? spinner[(sign.codePointAt(0) ?? 0) % spinner.length] ?? "-",
  );
}

/**
 * Whether a locale's character set has more than ASCII. As in POSIX LC_ALL goes before LC_CTYPE,
 * and that before LANG. Where none is set, as in many containers, the terminal is trusted with
 * UTF-8.
 */
export function isAsciiLocale(environment: ReadonlyMap<string, string>): boolean {
  const locale = ["LC_ALL", "LC_CTYPE", "LANG"]
    .map((name) => environment.get(name))
    .find((value) => value !== undefined && value !== "");
  return locale !== undefined && !/\.utf-?8/i.test(locale);
}

/** A stream that is written to in ASCII; everything else of it is the stream's own. */
export function asciiStream(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  const write = (chunk: string | Uint8Array): boolean =>
    stream.write(typeof chunk === "string" ? toAscii(chunk) : chunk);
  return Object.create(stream, { write: { value: write, writable: true, configurable: true } });
}
