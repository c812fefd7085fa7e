import { escapedControls } from "../../../../escaped-controls.ts";
import type { CommandCall } from "../../../scripts/command.ts";
import type { RpmHeader } from "../../header/header.ts";
import { queryTag } from "./query-tags.ts";

/** A part of a format. */
type Part =
  | { readonly type: "text"; readonly text: string }
  | {
      readonly type: "tag";
      readonly name: string;
      /** Columns; negative: to the left. */
      readonly width: number;
      /** The first value in each turn of a list. */
      readonly isConstant: boolean;
    }
  /** Once for each value of its tags. */
  | { readonly type: "list"; readonly parts: readonly Part[] }
  /** By whether the package has a tag. */
  | {
      readonly type: "choice";
      readonly name: string;
      readonly present: readonly Part[];
      readonly absent: readonly Part[];
    };

/** Lists and choices in one another. */
const DEPTH = 20;

/**
 * Reads a format of `--queryformat`. Gives what prints a package by it. What is not known, and what
 * rpm itself refuses, stops the script.
 *
 * Source: rpm(8), "QUERY OPTIONS"; rpm's manual, "Query Formats"; seen with rpm 4.18.
 */
export function queryFormat(call: CommandCall, format: string): (header: RpmHeader) => string {
  const parts = new FormatReader(call, format).readAll();
  return (header) => print(parts, { call, header });
}

class FormatReader {
  readonly #call: CommandCall;
  readonly #format: string;
  #at = 0;

  constructor(call: CommandCall, format: string) {
    this.#call = call;
    this.#format = format;
  }

  readAll(): readonly Part[] {
    const parts = this.#parts("", 0);
    if (this.#at < this.#format.length) this.#refuse();
    return parts;
  }

  /** Up to one of the characters that end it, which is left. */
  #parts(end: string, depth: number): readonly Part[] {
    if (depth > DEPTH) this.#refuse();
    const parts: Part[] = [];
    for (;;) {
      this.#call.countSteps(1);
      const character = this.#format[this.#at];
      if (character === undefined || end.includes(character)) return parts;
      if (character === "%") parts.push(this.#percent(depth));
      else if (character === "[") {
        this.#at++;
        parts.push({ type: "list", parts: this.#parts("]", depth + 1) });
        this.#take("]");
      } else if ("]}".includes(character)) this.#refuse();
      else parts.push({ type: "text", text: this.#text() });
    }
  }

  #text(): string {
    const [whole] = /^(?:\\[^]|[^\\%[\]{}|?:]|[{|?:]|\\$)/.exec(this.#format.slice(this.#at)) ?? [
      "",
    ];
    this.#at += whole.length;
    const escaped = whole.startsWith("\\") ? whole.slice(1) : undefined;
    if (escaped === undefined) return whole;
    return Object.hasOwn(escapedControls, escaped) ? (escapedControls[escaped] ?? "") : escaped;
  }

  #percent(depth: number): Part {
    const rest = this.#format.slice(this.#at);
    if (rest.startsWith("%%")) {
      this.#at += 2;
      return { type: "text", text: "%" };
    }
    const [whole = "", width = "", equals = "", name = ""] =
      /^%(-?\d*)\{(=?)(\w+)\}/.exec(rest) ?? [];
    if (whole !== "") {
      this.#at += whole.length;
      const isConstant = equals !== "";
      return { type: "tag", name: this.#known(name), width: widthOf(width), isConstant };
    }
    const [start = "", tag = ""] = /^%\|(\w+)\?/.exec(rest) ?? [];
    if (start === "") this.#refuse();
    this.#at += start.length;
    const present = this.#branch(depth);
    const hasOther = this.#format[this.#at] === ":";
    if (hasOther) this.#at++;
    const absent = hasOther ? this.#branch(depth) : [];
    this.#take("|");
    return { type: "choice", name: this.#known(tag), present, absent };
  }

  #branch(depth: number): readonly Part[] {
    this.#take("{");
    const parts = this.#parts("}", depth + 1);
    this.#take("}");
    return parts;
  }

  #take(character: string): void {
    if (this.#format[this.#at] !== character) this.#refuse();
    this.#at++;
  }

  #known(name: string): string {
    return queryTag(name) === undefined ? this.#call.unsupported(`the tag ${name} of rpm`) : name;
  }

  #refuse(): never {
    return this.#call.unsupported(`the format "${this.#format}" of rpm`);
  }
}

/** What is wider than a screen ever was is no width. */
function widthOf(text: string): number {
  return Math.max(-1000, Math.min(1000, Number(text === "-" ? "" : text)));
}

interface Printing {
  readonly call: CommandCall;
  readonly header: RpmHeader;
}

function print(parts: readonly Part[], printing: Printing, turn?: number): string {
  return parts.map((part) => printPart(part, printing, turn)).join("");
}

function printPart(part: Part, printing: Printing, turn: number | undefined): string {
  switch (part.type) {
    case "text":
      return part.text;
    case "tag": {
      const { name, width, isConstant } = part;
      const values = valuesOf(name, printing);
      const value = values[isConstant ? 0 : (turn ?? 0)] ?? "(none)";
      return width < 0 ? value.padEnd(-width) : value.padStart(width);
    }
    case "choice": {
      const isPresent = valuesOf(part.name, printing).length > 0;
      return print(isPresent ? part.present : part.absent, printing, turn);
    }
    case "list": {
      const counts = new Set(
        part.parts.flatMap((each) =>
          each.type === "tag" && !each.isConstant ? [valuesOf(each.name, printing).length] : [],
        ),
      );
      // rpm refuses lists of several lengths.
      if (counts.size > 1) printing.call.unsupported("lists of several lengths in a format of rpm");
      const [count] = counts;
      // What has no list in it is printed for none.
      if (count === undefined) return "";
      return Array.from({ length: Math.max(1, count) }, (_, at) =>
        print(part.parts, printing, at),
      ).join("");
    }
  }
}

function valuesOf(name: string, { call, header }: Printing): readonly string[] {
  const values = queryTag(name)?.(header, call.now) ?? [];
  call.countSteps(1 + values.length);
  return values;
}
