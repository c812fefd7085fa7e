import { interpolate } from "../../manifest/variables/interpolate.ts";
import { parseTemplate, variablesOf } from "../../manifest/variables/template.ts";
import type { ManifestValue } from "../manifest-value.ts";

/**
 * The variables of compose files. Values stay as they are written; what they come to now is asked
 * where something has to be decided, such as whether a mount is a path.
 */
export class ComposeVariables {
  readonly #environment: ReadonlyMap<string, string>;

  constructor(environment: ReadonlyMap<string, string>) {
    this.#environment = environment;
  }

  /** What a text comes to now. As in compose, a variable that is not set is empty. */
  valueOf(text: string): string {
    return interpolate(text, this.#environment).text;
  }

  /** Whether a text holds variables. */
  isTemplate(text: string): boolean {
    return variablesOf(parseTemplate(text)).length > 0;
  }

  /**
   * A text for the manifest, in which a variable without a default must be set: one that is not set
   * now gets the empty default that compose gives it.
   */
  keep(text: string): { readonly text: string; readonly unset: readonly string[] } {
    if (!text.includes("$")) return { text, unset: [] };
    const unset = variablesOf(parseTemplate(text)).filter(
      ({ name, modifier }) => modifier === undefined && this.#environment.get(name) === undefined,
    );
    let kept = text;
    for (const { name, start, end } of unset.toSorted((a, b) => b.start - a.start))
      kept = `${kept.slice(0, start)}\${${name}-}${kept.slice(end)}`;
    return { text: kept, unset: unset.map(({ name }) => name) };
  }

  /** A value of which nothing is known, its texts as `keep` gives them. */
  keepPlain(value: unknown): ManifestValue {
    if (typeof value === "string") return this.keep(value).text;
    if (typeof value === "number" || typeof value === "boolean") return value;
    if (Array.isArray(value)) return value.map((item) => this.keepPlain(item));
    if (typeof value !== "object" || value === null) return null;
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, this.keepPlain(each)]),
    );
  }

  /** What is no variable although it looks like one, such as `${A B}`. */
  invalidIn(text: string): string | undefined {
    return interpolate(text, this.#environment).problems.find(
      ({ code }) => code === "invalid-interpolation",
    )?.message;
  }
}
