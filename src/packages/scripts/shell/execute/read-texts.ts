import type { Parser } from "../parse/parser.ts";
import type { Node } from "../tree.ts";

/** Of texts that are kept parsed, in characters, all together. */
const MOST_KEPT = 1024 ** 2;

/** Where in a text something stands; what the shell never sees does not count. */
export interface TextPlace {
  readonly at: number;
  readonly line: number;
}

export interface ReadCommand {
  readonly node: Node;
  /** Where what follows begins. */
  readonly end: TextPlace;
}

/** A text with its commands as far as it was read. */
export interface ReadText {
  readonly commands: ReadCommand[];
  readonly parser: Parser;
}

/** Texts that were read already: scripts call and read the same ones again and again. */
export class ReadTexts {
  readonly #texts = new Map<string, ReadText>();
  #characters = 0;

  get(key: string): ReadText | undefined {
    return this.#texts.get(key);
  }

  keep(key: string, text: ReadText): void {
    if (this.#characters + key.length > MOST_KEPT) return;
    this.#characters += key.length;
    this.#texts.set(key, text);
  }

  remove(key: string): void {
    if (this.#texts.delete(key)) this.#characters -= key.length;
  }
}
