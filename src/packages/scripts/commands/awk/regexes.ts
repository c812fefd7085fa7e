import { Regex } from "../../regex/regex.ts";

/** Regular expressions of a program, each read once. */
export class AwkRegexes {
  readonly #known = new Map<string, Regex>();
  readonly #countSteps: (steps: number) => void;

  constructor(countSteps: (steps: number) => void) {
    this.#countSteps = countSteps;
  }

  of(source: string): Regex {
    const known = this.#known.get(source);
    if (known !== undefined) return known;
    const regex = new Regex(source, { dialect: "awk", countSteps: this.#countSteps });
    this.#known.set(source, regex);
    return regex;
  }
}
