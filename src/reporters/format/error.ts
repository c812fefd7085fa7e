import type { QclockError } from "../../error.ts";
import { sanitize, sanitizeLine } from "./sanitize.ts";
import { shortenWords } from "./shorten.ts";
import type { Style } from "./style.ts";

/**
 * A failure of the world as the user sees it, everywhere the same: what failed and its code, the
 * details, the causes below it, and what to do. Ends with a newline.
 */
export function formatError(error: QclockError, style: Style): string {
  const lines = [
    `${style.error("error:")} ${shortenWords(sanitize(error.message))} ${style.faint(`[${error.code}]`)}`,
  ];
  for (const detail of error.details) {
    for (const line of sanitize(detail).split("\n")) lines.push(`    ${line}`);
  }
  for (const cause of causes(error)) lines.push(`    ${style.faint(`caused by: ${cause}`)}`);
  if (error.hint !== undefined) lines.push(`    ${style.accent("hint:")} ${sanitize(error.hint)}`);
  return `${lines.join("\n")}\n`;
}

/**
 * An exception nobody expected, which is qclock's own fault: everything that a report needs. Ends
 * with a newline.
 */
export function formatBug(options: {
  readonly error: unknown;
  readonly version: string;
  readonly runtime: string;
  readonly style: Style;
}): string {
  const { error, version, runtime, style } = options;
  const text =
    error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : String(error);
  return [
    `${style.error("error:")} This is a bug in qclock, not a mistake of yours. ${style.faint("[bug]")}`,
    ...sanitize(text)
      .split("\n")
      .map((line) => `    ${line}`),
    `    qclock ${version}, ${runtime}`,
    `    ${style.accent("hint:")} Please report it with the lines above and the file that --debug FILE writes.`,
    "",
  ].join("\n");
}

/** Messages of the chain of causes that say something the message above them does not. */
function causes(error: Error): readonly string[] {
  const found: string[] = [];
  let above = error.message;
  let cause = error.cause;
  while (cause instanceof Error && found.length < 5) {
    const message = sanitizeLine(messageOf(cause));
    if (message !== "" && !above.includes(message)) found.push(message);
    above = `${above} ${message}`;
    cause = cause.cause;
  }
  return found;
}

function messageOf(error: Error): string {
  // Node's own connection errors sometimes carry no message but a code.
  if (error.message !== "") return error.message;
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
