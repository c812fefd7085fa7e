import type { Regex } from "../../regex/regex.ts";

/** Splits a text into records, one after the other, by `RS` as it is at that time. */
export class RecordReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(separator: string, regexOf: (source: string) => Regex): string | undefined {
    const text = this.#text;
    if (separator === "") while (text[this.#at] === "\n") this.#at++;
    if (this.#at >= text.length) return undefined;
    const { start, end } = this.#separatorFrom(separator, regexOf);
    const record = text.slice(this.#at, start);
    this.#at = end;
    // With an empty separator, newlines at the end of the text belong to no record.
    return separator === "" ? record.replace(/\n+$/, "") : record;
  }

  #separatorFrom(
    separator: string,
    regexOf: (source: string) => Regex,
  ): { readonly start: number; readonly end: number } {
    const text = this.#text;
    const none = { start: text.length, end: text.length };
    if (separator === "") {
      const start = text.indexOf("\n\n", this.#at);
      return start === -1 ? none : { start, end: start + 2 };
    }
    if (separator.length === 1) {
      const start = text.indexOf(separator, this.#at);
      return start === -1 ? none : { start, end: start + 1 };
    }
    const match = regexOf(separator).exec(text, this.#at);
    return match === undefined || match.end === match.start ? none : match;
  }
}

/** A record in fields. A space stands for blanks and newlines; longer ones are expressions. */
export function splitFields(
  record: string,
  separator: string | Regex,
  regexOf: (source: string) => Regex,
): readonly string[] {
  if (record === "") return [];
  if (separator === " ") {
    const trimmed = record.replaceAll(/^[ \t\n]+|[ \t\n]+$/g, "");
    return trimmed === "" ? [] : trimmed.split(/[ \t\n]+/);
  }
  if (separator === "") return Array.from(record);
  if (typeof separator === "string" && separator.length === 1) {
    return record.split(separator);
  }
  const regex = typeof separator === "string" ? regexOf(separator) : separator;
  const fields: string[] = [];
  let copied = 0;
  for (let from = 0; from <= record.length;) {
    const match = regex.exec(record, from);
    if (match === undefined) break;
    if (match.end === match.start) {
      from = match.start + 1;
      continue;
    }
    fields.push(record.slice(copied, match.start));
    copied = match.end;
    from = match.end;
  }
  fields.push(record.slice(copied));
  return fields;
}
