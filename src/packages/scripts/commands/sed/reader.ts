/** The lines of one text. Where the last one has no newline, it is printed without. */
export interface SedInput {
  readonly name: string;
  readonly lines: readonly string[];
  readonly endsWithNewline: boolean;
}

/** Reads lines of texts that follow one another. */
export class SedReader {
  readonly #inputs: readonly SedInput[];
  #input = 0;
  #at = 0;

  constructor(inputs: readonly SedInput[]) {
    this.#inputs = inputs.filter(({ lines }) => lines.length > 0);
  }

  /** Of the text that the last line came from. */
  get name(): string {
    return this.#inputs[this.#input]?.name ?? "-";
  }

  /** Whether the last line that was read is the last of all. */
  get isAtEnd(): boolean {
    const isLastInput = this.#input >= this.#inputs.length - 1;
    return isLastInput && this.#at >= (this.#inputs[this.#input]?.lines.length ?? 0);
  }

  /** Undefined at the end. */
  next(): { readonly line: string; readonly hasNewline: boolean } | undefined {
    if (this.isAtEnd) return undefined;
    if (this.#at >= (this.#inputs[this.#input]?.lines.length ?? 0)) {
      this.#input++;
      this.#at = 0;
    }
    const input = this.#inputs[this.#input];
    const line = input?.lines[this.#at];
    if (input === undefined || line === undefined) return undefined;
    this.#at++;
    return { line, hasNewline: this.#at < input.lines.length || input.endsWithNewline };
  }
}
