import { Regex } from "../../regex/regex.ts";
import { RegexError } from "../../regex/tree.ts";
import { parseReplacement, unescapedInText, unescapedText } from "./replacement.ts";
import {
  type SedAction,
  type SedAddress,
  type SedCommand,
  SedError,
  type SedPattern,
} from "./script.ts";

export interface SedSyntax {
  readonly isExtended: boolean;
  readonly countSteps: (steps: number) => void;
  readonly unsupported: (wanted: string) => never;
}

/** A script of sed as a list of commands. Throws `SedError`. */
export function parseSed(source: string, syntax: SedSyntax): readonly SedCommand[] {
  return new Parser(source, syntax).parse();
}

class Parser {
  readonly #source: string;
  readonly #syntax: SedSyntax;
  readonly #commands: SedCommand[] = [];
  readonly #labels = new Map<string, number>();
  /** Jumps, by the place of their command, whose labels may come later. */
  readonly #jumps: { readonly index: number; readonly label: string }[] = [];
  readonly #open: number[] = [];
  #at = 0;

  constructor(source: string, syntax: SedSyntax) {
    this.#source = source;
    this.#syntax = syntax;
  }

  parse(): readonly SedCommand[] {
    for (;;) {
      this.#skip(/[\s;]*/y);
      if (this.#at >= this.#source.length) break;
      if (this.#source[this.#at] === "#") {
        this.#skip(/[^\n]*/y);
        continue;
      }
      this.#command();
    }
    if (this.#open.length > 0) throw new SedError("unmatched `{'");
    for (const { index, label } of this.#jumps) {
      const command = this.#commands[index];
      const to = label === "" ? this.#commands.length : this.#labels.get(label);
      if (to === undefined) throw new SedError(`can't find label for jump to \`${label}'`);
      if (command?.action.type !== "jump") continue;
      this.#commands[index] = { ...command, action: { ...command.action, to } };
    }
    return this.#commands;
  }

  #command(): void {
    const addresses: SedAddress[] = [];
    const first = this.#address(false);
    if (first !== undefined) {
      addresses.push(first);
      this.#skip(/[ \t]*/y);
      if (this.#source[this.#at] === ",") {
        this.#at++;
        this.#skip(/[ \t]*/y);
        const second = this.#address(true);
        if (second === undefined) throw new SedError("unexpected `,'");
        addresses.push(second);
      }
    }
    this.#skip(/[ \t]*/y);
    const isNegated = this.#skip(/(?:![ \t]*)*/y) !== "";
    const letter = this.#source[this.#at] ?? "";
    if (letter === "") throw new SedError("missing command");
    this.#at++;
    if (first?.type === "line" && first.line === 0 && addresses[1]?.type !== "pattern") {
      throw new SedError("invalid usage of line address 0");
    }
    if (letter === "}") {
      const open = this.#open.pop();
      if (open === undefined) throw new SedError("unexpected `}'");
      const opening = this.#commands[open];
      const end = this.#commands.length;
      if (opening !== undefined)
        this.#commands[open] = { ...opening, action: { type: "open", end } };
      this.#push({ type: "close" }, [], false);
      this.#endOfCommand();
      return;
    }
    if (letter === ":") {
      this.#skip(/[ \t]*/y);
      this.#labels.set(this.#skip(/[^\s;]*/y), this.#commands.length);
      return;
    }
    const action = this.#action(letter);
    this.#push(action, addresses, isNegated);
  }

  #push(action: SedAction, addresses: readonly SedAddress[], isNegated: boolean): void {
    this.#commands.push({ action, addresses, isNegated, range: undefined });
  }

  #action(letter: string): SedAction {
    switch (letter) {
      case "{":
        this.#open.push(this.#commands.length);
        return { type: "open", end: 0 };
      case "a":
      case "i":
      case "c":
        return { type: "text", where: WHERE[letter], text: this.#text() };
      case "b":
      case "t":
      case "T": {
        this.#skip(/[ \t]*/y);
        const label = this.#skip(/[^\s;}]*/y);
        this.#jumps.push({ index: this.#commands.length, label });
        this.#endOfCommand();
        return { type: "jump", when: WHEN[letter], to: 0 };
      }
      case "q":
      case "Q": {
        const status = Number(this.#skip(/[ \t]*\d*/y));
        this.#endOfCommand();
        return { type: "quit", prints: letter === "q", status };
      }
      case "r":
        return { type: "read", file: this.#fileName() };
      case "w":
      case "W":
        return { type: "write", file: this.#fileName(), isFirstLine: letter === "W" };
      case "s":
        return { type: "substitute", substitution: this.#substitution() };
      case "y":
        return { type: "translate", map: this.#translation() };
      case "=":
      case "d":
      case "D":
      case "F":
      case "g":
      case "G":
      case "h":
      case "H":
      case "n":
      case "N":
      case "p":
      case "P":
      case "x":
      case "z":
        this.#endOfCommand();
        return { type: "letter", letter };
      default:
        if ("elRvL".includes(letter))
          return this.#syntax.unsupported(`the command ${letter} of sed`);
        throw new SedError(`unknown command: \`${letter}'`);
    }
  }

  #address(isSecond: boolean): SedAddress | undefined {
    const character = this.#source[this.#at] ?? "";
    if (character === "$") {
      this.#at++;
      return { type: "last" };
    }
    const number = this.#skip(/\d+/y);
    if (number !== "") {
      const step = this.#skip(/[ \t]*~[ \t]*\d*/y);
      if (step === "") return { type: "line", line: Number(number) };
      return { type: "step", first: Number(number), step: Number(step.replace(/[ \t]*~/, "")) };
    }
    if (isSecond) {
      const relative = this.#skip(/[+~]\d+/y);
      const count = Number(relative.slice(1));
      if (relative.startsWith("+")) return { type: "more", lines: count };
      if (relative.startsWith("~")) return { type: "multiple", of: count };
    }
    if (character !== "/" && character !== "\\") return undefined;
    this.#at += character === "/" ? 1 : 2;
    const delimiter = this.#source[this.#at - 1] ?? "";
    const source = this.#delimited(delimiter, true);
    const flags = this.#skip(/[IM]*/y);
    return { type: "pattern", pattern: this.#pattern(source, flags) };
  }

  #substitution() {
    const delimiter = this.#source[this.#at++] ?? "";
    if (delimiter === "" || delimiter === "\n" || delimiter === "\\") {
      throw new SedError("unterminated `s' command");
    }
    const source = this.#delimited(delimiter, true);
    const replacement = this.#delimited(delimiter, false);
    const flags = this.#skip(/[gpiIMm0-9]*/y);
    const next = this.#source[this.#at] ?? "";
    if (next === "e") return this.#syntax.unsupported("the flag e of the command s of sed");
    const isWritten = next === "w";
    if (isWritten) this.#at++;
    const file = isWritten ? this.#fileName() : undefined;
    if (file === undefined) this.#endOfCommand();
    for (const flag of ["g", "p"]) {
      if (flags.split(flag).length > 2)
        throw new SedError(`multiple \`${flag}' options to \`s' command`);
    }
    const numbers = /\d+/.exec(flags)?.[0];
    if (numbers === "0") throw new SedError("number option to `s' command may not be zero");
    const pattern = this.#pattern(source, flags.replaceAll(/[gp\d]/g, ""));
    const parts = parseReplacement(replacement);
    for (const part of parts) {
      if (part.type === "group" && pattern !== "last" && part.index > pattern.groups) {
        throw new SedError(`invalid reference \\${part.index} on \`s' command's RHS`);
      }
    }
    return {
      pattern,
      replacement: parts,
      isGlobal: flags.includes("g"),
      occurrence: Number(numbers ?? 1),
      prints: flags.includes("p"),
      ...(file !== undefined && { file }),
    };
  }

  #translation(): ReadonlyMap<string, string> {
    const delimiter = this.#source[this.#at++] ?? "";
    const from = Array.from(unescapedText(this.#delimited(delimiter, false)));
    const to = Array.from(unescapedText(this.#delimited(delimiter, false)));
    if (from.length !== to.length) {
      throw new SedError("strings for `y' command are different lengths");
    }
    this.#endOfCommand();
    const map = new Map<string, string>();
    for (const [index, byte] of from.entries()) if (!map.has(byte)) map.set(byte, to[index] ?? "");
    return map;
  }

  #pattern(source: string, flags: string): SedPattern {
    if (source === "") return "last";
    try {
      return new Regex(source, {
        dialect: this.#syntax.isExtended ? "extended" : "basic",
        ignoreCase: /i/i.test(flags),
        isMultiline: /m/i.test(flags),
        hasControlEscapes: true,
        countSteps: this.#syntax.countSteps,
      });
    } catch (error) {
      if (error instanceof RegexError) throw new SedError(error.message);
      throw error;
    }
  }

  /** Up to a delimiter that is not escaped; brackets of an expression may hold it. */
  #delimited(delimiter: string, isPattern: boolean): string {
    let text = "";
    for (;;) {
      const character = this.#source[this.#at];
      if (character === undefined) throw new SedError("unterminated address regex or `s' command");
      if (character === delimiter) {
        this.#at++;
        return text;
      }
      if (character === "\\") {
        const next = this.#source[this.#at + 1] ?? "";
        this.#at += 2;
        // An escaped delimiter loses its backslash, and has the meaning of a bare one.
        if (next === delimiter) text += isPattern ? next : escapedInReplacement(next);
        else if (next === "\n" && isPattern) text += "\n";
        else text += `\\${next}`;
        continue;
      }
      if (character === "[" && isPattern) {
        text += this.#skip(/\[\^?\]?(?:\[[:.=][^\]\n]*\]|[^\]\n])*\]|\[/y);
        continue;
      }
      if (character === "\n" && isPattern) {
        throw new SedError("unterminated address regex");
      }
      text += character;
      this.#at++;
    }
  }

  /** The text of `a`, `i` and `c`: on the same line, or below a backslash. */
  #text(): string {
    this.#skip(/[ \t]*/y);
    // Of `a\text`, the backslash makes no escape.
    const hasBackslash = this.#skip(/\\(?:[ \t]*(?:\n|$))?/y) !== "";
    const written = this.#skip(/(?:[^\\\n]|\\[^])*/y);
    const isAtEnd = this.#at >= this.#source.length;
    this.#skip(/\\?\n?/y);
    if (written === "" && isAtEnd && !hasBackslash)
      throw new SedError("expected \\ after `a', `c' or `i'");
    // A backslash at the end of the script leaves nothing to insert.
    return written === "" && isAtEnd && !this.#source.endsWith("\n")
      ? ""
      : `${unescapedInText(written)}\n`;
  }

  #fileName(): string {
    this.#skip(/[ \t]*/y);
    const name = this.#skip(/[^\n]*/y);
    if (name === "") throw new SedError("missing filename in r/R/w/W commands");
    return name;
  }

  #endOfCommand(): void {
    this.#skip(/[ \t]*/y);
    const next = this.#source[this.#at];
    if (next === undefined || next === "}" || next === "#") return;
    if (next !== ";" && next !== "\n") throw new SedError("extra characters after command");
    this.#at++;
  }

  #skip(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }
}

const WHERE = { a: "after", i: "before", c: "instead" } as const;
const WHEN = { b: "always", t: "replaced", T: "not-replaced" } as const;

function escapedInReplacement(delimiter: string): string {
  return delimiter === "&" ? "\\&" : delimiter;
}
