import { quoted } from "../quoting.ts";
import type { Part, Word } from "../tree.ts";

/** Gathers the parts of a word; text beside text becomes one part. */
export class WordBuilder {
  readonly #parts: Part[] = [];
  #text = "";
  #isTextQuoted = false;
  #isQuoted = false;

  /** Text that was not quoted. */
  plain(text: string): void {
    if (this.#isTextQuoted) this.#flush();
    this.#text += text;
  }

  /** Text that was quoted, and so means itself. */
  quoted(text: string): void {
    if (!this.#isTextQuoted) this.#flush();
    this.#isTextQuoted = true;
    this.#isQuoted = true;
    this.#text += text;
  }

  add(part: Part): void {
    this.#flush();
    if (part.type === "quoted") this.#isQuoted = true;
    this.#parts.push(part);
  }

  /** Take note that something was quoted that left no part. */
  markQuoted(): void {
    this.#isQuoted = true;
  }

  /** Whether nothing but a single digit was read, or nothing at all. */
  get descriptorText(): string | undefined {
    if (this.#isQuoted || this.#parts.length > 0) return undefined;
    return /^\d?$/.test(this.#text) ? this.#text : undefined;
  }

  /** The unquoted text, while there is nothing else. */
  get plainText(): string | undefined {
    return this.#isQuoted || this.#parts.length > 0 ? undefined : this.#text;
  }

  finish(): Word {
    this.#flush();
    const [first] = this.#parts;
    const isPlain = this.#parts.length === 1 && first?.type === "text" && !first.isQuoted;
    return {
      parts: this.#parts,
      plain: isPlain ? first.text : undefined,
      isQuoted: this.#isQuoted,
    };
  }

  #flush(): void {
    if (this.#text !== "" || this.#isTextQuoted) {
      const text = this.#text;
      const isQuoted = this.#isTextQuoted;
      this.#parts.push({ type: "text", text, pattern: isQuoted ? quoted(text) : text, isQuoted });
    }
    this.#text = "";
    this.#isTextQuoted = false;
  }
}

/** A word that is only text. */
export function literalWord(text: string): Word {
  const builder = new WordBuilder();
  builder.plain(text);
  return builder.finish();
}
