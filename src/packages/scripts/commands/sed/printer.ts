import type { Output } from "../../command.ts";

/** Prints lines; a newline that the last line of a text lacks comes only before further output. */
export class SedPrinter {
  readonly #output: Output;
  readonly #separator: string;
  #lacksNewline = false;

  constructor(output: Output, separator: string) {
    this.#output = output;
    this.#separator = separator;
  }

  text(text: string): void {
    // Also without a text: `$a\` is how scripts give a file the newline that it lacks.
    if (text === "" && !this.#lacksNewline) return;
    this.#output.write(this.#lacksNewline ? this.#separator + text : text);
    this.#lacksNewline = false;
  }

  line(text: string, hasNewline = true): void {
    const lacked = this.#lacksNewline ? this.#separator : "";
    this.#output.write(lacked + text + (hasNewline ? this.#separator : ""));
    this.#lacksNewline = !hasNewline;
  }
}
