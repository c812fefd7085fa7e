import { fromBytes } from "../bytes.ts";
import type { CommandCall } from "../command.ts";
import { RootError } from "../root.ts";
import { complain } from "./report.ts";

/** The lines of a text, without their newlines; nothing behind a newline at the end. */
export function linesOf(text: string, separator = "\n"): readonly string[] {
  if (text === "") return [];
  const lines = text.split(separator);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** Counts the work on a text: one step, and another for each 256 bytes. */
export function countText(
  call: Pick<CommandCall, "countSteps">,
  { length }: { readonly length: number },
): void {
  call.countSteps(1 + (length >> 8));
}

/** An input of a command, as its operands name them: `-` is the standard input. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/**
 * The texts that operands name, the standard input when there are none. One that cannot be read is
 * said, and left out.
 */
export function readTexts(
  call: CommandCall,
  names: readonly string[],
  refused: (name: string, reason: string) => void = (name, reason) => {
    complain(call, `${name}: ${reason}`);
  },
): { readonly texts: readonly NamedText[]; readonly isWhole: boolean } {
  const texts: NamedText[] = [];
  let isWhole = true;
  for (const name of names.length === 0 ? ["-"] : names) {
    try {
      const bytes = name === "-" ? call.stdin.readAll() : call.readFile(name);
      countText(call, bytes);
      texts.push({ name, text: fromBytes(bytes) });
    } catch (error) {
      if (!(error instanceof RootError)) throw error;
      isWhole = false;
      refused(name, error.message);
    }
  }
  return { texts, isWhole };
}
