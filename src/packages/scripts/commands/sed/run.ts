import { fromBytes } from "../../bytes.ts";
import type { CommandCall, Output } from "../../command.ts";
import type { Regex } from "../../regex/regex.ts";
import { RootError } from "../../root.ts";
import { countText } from "../lines.ts";
import { SedPrinter } from "./printer.ts";
import { type SedInput, SedReader } from "./reader.ts";
import { type SedAction, type SedCommand, SedError, type SedPattern } from "./script.ts";
import { isSelected } from "./select.ts";
import { substituted } from "./substitute.ts";

export interface SedOptions {
  readonly isQuiet: boolean;
  readonly separator: string;
}

/** What follows a command: the next one, one elsewhere, or the end of the cycle. */
type Step = "next" | { readonly to: number } | "end-of-cycle";

/** A script at work. The hold space and open files last from one text to the next. */
export class SedRun {
  readonly #call: CommandCall;
  readonly #commands: readonly SedCommand[];
  readonly #options: SedOptions;
  readonly #files = new Map<string, Output>();
  #reader = new SedReader([]);
  #printer: SedPrinter;
  #lastPattern: Regex | undefined;
  #hold = "";
  #line = 0;
  #space = "";
  #hasNewline = true;
  #isReplaced = false;
  #prints = true;
  /** The next cycle starts with what `D` left. */
  #keepsSpace = false;
  /** Texts to print at the end of the cycle. */
  #appended: (() => string)[] = [];
  #quit: number | undefined;
  #isEnded = false;

  constructor(call: CommandCall, commands: readonly SedCommand[], options: SedOptions) {
    this.#call = call;
    this.#commands = commands;
    this.#options = options;
    this.#printer = new SedPrinter(call.stdout, options.separator);
    for (const { action } of commands) {
      const file = action.type === "substitute" ? action.substitution.file : undefined;
      if (action.type === "write") this.#file(action.file);
      if (file !== undefined) this.#file(file);
    }
  }

  /** Edits texts that follow one another. Gives the status when the script quits. */
  edit(inputs: readonly SedInput[], output: Output): number | undefined {
    this.#reader = new SedReader(inputs);
    this.#printer = new SedPrinter(output, this.#options.separator);
    this.#isEnded = false;
    this.#keepsSpace = false;
    while (this.#quit === undefined && !this.#isEnded) {
      if (!this.#keepsSpace && !this.#read()) break;
      this.#keepsSpace = false;
      this.#cycle();
    }
    return this.#quit;
  }

  /** Line numbers start anew, as they do for each text of `-s` and `-i`. */
  restart(): void {
    this.#line = 0;
    for (const command of this.#commands) command.range = undefined;
  }

  #cycle(): void {
    this.#prints = !this.#options.isQuiet;
    for (let index = 0; index < this.#commands.length;) {
      this.#call.countSteps();
      const command = this.#commands[index];
      if (command === undefined) break;
      const { action } = command;
      const isActive = action.type === "close" || this.#selects(command) !== command.isNegated;
      if (!isActive) {
        index = action.type === "open" ? action.end : index + 1;
        continue;
      }
      const step = this.#perform(command, action);
      if (step === "end-of-cycle") break;
      index = step === "next" ? index + 1 : step.to;
    }
    if (this.#prints) this.#printer.line(this.#space, this.#hasNewline);
    this.#flush();
  }

  #perform(command: SedCommand, action: SedAction): Step {
    switch (action.type) {
      case "open":
      case "close":
        return "next";
      case "text":
        return this.#insert(command, action);
      case "jump": {
        const { when, to } = action;
        const isTaken = when === "always" || (when === "replaced") === this.#isReplaced;
        if (when !== "always") this.#isReplaced = false;
        return isTaken ? { to } : "next";
      }
      case "quit":
        this.#prints &&= action.prints;
        if (!action.prints) this.#appended = [];
        this.#quit = action.status;
        return "end-of-cycle";
      case "read":
        this.#appended.push(() => this.#contentOf(action.file));
        return "next";
      case "write":
        this.#write(action.file, action.isFirstLine ? firstLine(this.#space) : this.#space);
        return "next";
      case "substitute": {
        const { substitution } = action;
        const space = substituted(this.#space, this.#regex(substitution.pattern), substitution);
        if (space === undefined) return "next";
        countText(this.#call, space);
        this.#space = space;
        this.#isReplaced = true;
        if (substitution.prints) this.#printer.line(space, this.#hasNewline);
        if (substitution.file !== undefined) this.#write(substitution.file, space);
        return "next";
      }
      case "translate":
        this.#space = Array.from(this.#space, (byte) => action.map.get(byte) ?? byte).join("");
        return "next";
      case "letter":
        return this.#performLetter(action.letter);
    }
  }

  #insert(command: SedCommand, action: SedAction & { readonly type: "text" }): Step {
    if (action.where === "after") this.#appended.push(() => action.text);
    if (action.where === "before") this.#printer.text(action.text);
    if (action.where !== "instead") return "next";
    // For a range, the text stands in place of the whole.
    const isWhole = command.addresses.length < 2 || command.isNegated;
    if (isWhole || command.range === undefined) this.#printer.text(action.text);
    this.#prints = false;
    return "end-of-cycle";
  }

  #performLetter(letter: string): Step {
    const { separator, isQuiet } = this.#options;
    switch (letter) {
      case "=":
        this.#printer.text(`${this.#line}\n`);
        return "next";
      case "F":
        this.#printer.text(`${this.#reader.name}\n`);
        return "next";
      case "D":
      case "d": {
        this.#prints = false;
        const end = letter === "D" ? this.#space.indexOf(separator) : -1;
        this.#keepsSpace = end !== -1;
        if (end !== -1) this.#space = this.#space.slice(end + 1);
        return "end-of-cycle";
      }
      case "g":
        this.#space = this.#hold;
        return "next";
      case "G":
        this.#space += separator + this.#hold;
        return "next";
      case "h":
        this.#hold = this.#space;
        return "next";
      case "H":
        this.#hold += separator + this.#space;
        return "next";
      case "x":
        [this.#space, this.#hold] = [this.#hold, this.#space];
        return "next";
      case "z":
        this.#space = "";
        return "next";
      case "p":
        this.#printer.line(this.#space, this.#hasNewline);
        return "next";
      case "P":
        this.#printer.line(firstLine(this.#space));
        return "next";
      case "n":
      case "N": {
        const { isAtEnd } = this.#reader;
        // Without a next line, GNU sed prints what it has and ends.
        this.#isEnded = isAtEnd;
        if (isAtEnd) return "end-of-cycle";
        const before = this.#space;
        if (letter === "n" && !isQuiet) this.#printer.line(before, this.#hasNewline);
        this.#flush();
        this.#read();
        if (letter === "N") this.#space = before + separator + this.#space;
        countText(this.#call, this.#space);
        return "next";
      }
      default:
        throw new SedError(`unknown command: \`${letter}'`);
    }
  }

  #read(): boolean {
    const next = this.#reader.next();
    if (next === undefined) return false;
    this.#line++;
    this.#space = next.line;
    this.#hasNewline = next.hasNewline;
    this.#isReplaced = false;
    return true;
  }

  #flush(): void {
    for (const text of this.#appended) this.#printer.text(text());
    this.#appended = [];
  }

  #selects(command: SedCommand): boolean {
    return isSelected(command, {
      line: this.#line,
      isLast: this.#reader.isAtEnd,
      matches: ({ pattern }) => this.#regex(pattern).test(this.#space),
    });
  }

  #regex(pattern: SedPattern): Regex {
    const regex = pattern === "last" ? this.#lastPattern : pattern;
    if (regex === undefined) throw new SedError("no previous regular expression");
    this.#lastPattern = regex;
    return regex;
  }

  #write(name: string, line: string): void {
    if (name === "/dev/stdout") this.#printer.line(line);
    else this.#file(name).write(`${line}\n`);
  }

  #file(name: string): Output {
    const known = this.#files.get(name);
    if (known !== undefined) return known;
    const output = this.#call.openOutput(name, "write");
    this.#files.set(name, output);
    return output;
  }

  /** A file that cannot be read is as good as empty. */
  #contentOf(name: string): string {
    try {
      return fromBytes(
        name === "/dev/stdin" ? this.#call.stdin.readAll() : this.#call.readFile(name),
      );
    } catch (error) {
      if (error instanceof RootError) return "";
      throw error;
    }
  }
}

function firstLine(space: string): string {
  const end = space.indexOf("\n");
  return end === -1 ? space : space.slice(0, end);
}
