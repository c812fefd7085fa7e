/** Stands for the end of the text among characters. */
export const END = "";

/** Gives a script's text character by character. Lines are counted from `line` on. */
export class Reader {
  #text: string;
  #at = 0;
  line: number;
  /** Where aliases that are being read end, counted from the end of the text. */
  readonly #aliases: { readonly name: string; readonly left: number; readonly isOpen: boolean }[] =
    [];

  constructor(text: string, line: number) {
    this.#text = withoutNul(text);
    this.line = line;
  }

  /** How much of the text was read. */
  get at(): number {
    return this.#at;
  }

  /** The next character as it stands; `END` at the end, again and again. */
  get(): string {
    return this.#text[this.#at++] ?? END;
  }

  /** Undo one `get`. */
  back(): void {
    this.#at--;
  }

  /** The next character, backslashes at the ends of lines joined. */
  getJoined(): string {
    for (;;) {
      const char = this.#text[this.#at++] ?? END;
      if (char !== "\\" || this.#text[this.#at] !== "\n") return char;
      this.#at++;
      this.line++;
    }
  }

  /** Text up to a character of a set, which is left; for speed. */
  takeUntil(stops: RegExp): string {
    stops.lastIndex = this.#at;
    const found = stops.exec(this.#text);
    const end = found === null ? this.#text.length : found.index;
    const taken = this.#text.slice(this.#at, end);
    this.#at = Math.max(this.#at, end);
    return taken;
  }

  startsWith(text: string): boolean {
    return this.#text.startsWith(text, this.#at);
  }

  skip(count: number): void {
    this.#at += count;
  }

  /** Put an alias's value in front of what follows. */
  pushAlias(name: string, value: string): void {
    const rest = this.#text.slice(this.#at);
    this.#text = value + rest;
    this.#at = 0;
    this.#aliases.push({ name, left: rest.length, isOpen: /[ \t]$/.test(value) });
  }

  /** Whether a name is an alias that is being read, which is not replaced within itself. */
  isInAlias(name: string): boolean {
    return this.#aliases.some((alias) => alias.name === name);
  }

  /** Forget aliases that are read to their end. Says whether one of them ended with a blank. */
  leaveAliases(): boolean {
    let isOpen = false;
    for (;;) {
      const last = this.#aliases.at(-1);
      if (last === undefined || this.#text.length - this.#at > last.left) return isOpen;
      isOpen ||= last.isOpen;
      this.#aliases.pop();
    }
  }
}

/** The shell reads C strings: it never sees a NUL. */
export function withoutNul(text: string): string {
  return text.includes("\0") ? text.replaceAll("\0", "") : text;
}
