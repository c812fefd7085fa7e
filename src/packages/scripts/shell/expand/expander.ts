import { evaluateArithmetic } from "../arithmetic/evaluate.ts";
import { NeedsMore } from "../../command.ts";
import { EMPTY_QUOTES, quoted, unquoted } from "../quoting.ts";
import { fail } from "../execute/failure.ts";
import type { Shell } from "../execute/shell.ts";
import type { Part, ParameterPart, TextPart, Word } from "../tree.ts";
import { changesEach, expandBashParameter, isBashOperator } from "./bash-parameter.ts";
import { homeOf } from "./home.ts";
import { parameterValue } from "./parameter-value.ts";
import type { Region } from "./split-fields.ts";
import { trim } from "./trim.ts";

/** What becomes of the text. */
export interface Purpose {
  /** It is split into fields, and `"$@"` makes several. */
  readonly isSplit: boolean;
  /** Quoted characters stay marked, for a pattern. */
  readonly keepsQuotes: boolean;
}

interface Context {
  /** It stands in quotes. */
  readonly isQuoted: boolean;
  /** Literal text is split as well: the operand of `${x:-…}`. */
  readonly isOperand: boolean;
  readonly tilde: "none" | "word" | "assignment";
}

/** Expands one word into a text, with the regions of it that are to be split. */
export class Expander {
  readonly #shell: Shell;
  readonly #purpose: Purpose;
  text = "";
  readonly regions: Region[] = [];

  constructor(shell: Shell, purpose: Purpose) {
    this.#shell = shell;
    this.#purpose = purpose;
  }

  parts(parts: readonly Part[], context: Context): void {
    for (const [index, part] of parts.entries()) {
      this.#shell.world.meter.step();
      switch (part.type) {
        case "text":
          this.#literal(part, {
            ...context,
            tilde: index === 0 || context.tilde === "assignment" ? context.tilde : "none",
            isFirst: index === 0,
            isLast: index === parts.length - 1,
          });
          break;
        case "quoted":
          this.#quotes(part.parts, context);
          break;
        case "parameter":
          this.#parameter(part, context.isQuoted);
          break;
        case "command":
          this.#insert(this.#shell.world.interpreter.substitute(this.#shell, part.body), context);
          break;
        case "arithmetic":
          this.#insert(this.#arithmetic(part.expression), context);
          break;
      }
    }
  }

  #append(text: string): void {
    this.#shell.world.meter.checkLength(this.text.length + text.length);
    this.text += text;
  }

  #record(start: number, isNulOnly: boolean): void {
    if (this.#purpose.isSplit) this.regions.push({ start, end: this.text.length, isNulOnly });
  }

  /** The value of an expansion. */
  #insert(value: string, { isQuoted }: Pick<Context, "isQuoted">): void {
    const start = this.text.length;
    this.#append(isQuoted && this.#purpose.keepsQuotes ? quoted(value) : value);
    if (!isQuoted) this.#record(start, false);
  }

  #literal(
    part: TextPart,
    context: Context & { readonly isFirst: boolean; readonly isLast: boolean },
  ): void {
    const { isOperand, isQuoted, tilde } = context;
    if (part.isQuoted && part.text === "") {
      if (!isQuoted && this.#purpose.isSplit) this.#append(EMPTY_QUOTES);
      return;
    }
    if (!part.isQuoted && tilde !== "none" && !isQuoted && part.text.includes("~")) {
      return this.#tilde(part.text, { ...context, tilde });
    }
    const start = this.text.length;
    this.#append(this.#purpose.keepsQuotes ? part.pattern : part.text);
    if (isOperand && !isQuoted && !part.isQuoted) this.#record(start, false);
  }

  /** Unquoted text in which `~` may be a home: at its start, and in an assignment after a colon. */
  #tilde(
    text: string,
    context: Context & { readonly isFirst: boolean; readonly isLast: boolean },
  ): void {
    const isAssignment = context.tilde === "assignment";
    const pieces = isAssignment ? text.split(/(?<=:)/) : [text];
    for (const [index, piece] of pieces.entries()) {
      const start = this.text.length;
      const name = /^~([^/:]*)/.exec(piece)?.[1];
      const mayStart = index > 0 || context.isFirst;
      const rest = piece.slice(1 + (name?.length ?? 0));
      const isWhole = rest !== "" || context.isLast || index < pieces.length - 1;
      const ends = rest === "" || rest.startsWith("/") || (isAssignment && rest.startsWith(":"));
      const home =
        name !== undefined && mayStart && isWhole && ends ? homeOf(this.#shell, name) : undefined;
      if (home === undefined) {
        this.#append(piece);
        if (context.isOperand) this.#record(start, false);
        continue;
      }
      this.#append(this.#purpose.keepsQuotes ? quoted(home) : home);
      this.#append(rest);
    }
  }

  #quotes(parts: readonly Part[], context: Context): void {
    if (context.isQuoted) return this.parts(parts, { ...context, tilde: "none" });
    const [only] = parts;
    const isAllParameters =
      parts.length === 1 &&
      only?.type === "parameter" &&
      (only.name === "@" || only.index === "@") &&
      (only.operator === "value" || (this.#shell.dialect === "bash" && changesEach(only)));
    if (isAllParameters) return this.#parameter(only, true);
    const before = this.text.length;
    this.parts(parts, { isQuoted: true, isOperand: false, tilde: "none" });
    // An empty string in quotes is a field all the same.
    if (this.text.length === before && this.#purpose.isSplit) this.#append(EMPTY_QUOTES);
  }

  #arithmetic(expression: Word): string {
    const inner = new Expander(this.#shell, { isSplit: false, keepsQuotes: false });
    inner.parts(expression.parts, { isQuoted: false, isOperand: false, tilde: "none" });
    return evaluateArithmetic(this.#shell, inner.text).toString();
  }

  #operand(word: Word | undefined, isQuoted: boolean): void {
    this.parts(word?.parts ?? [], { isQuoted, isOperand: true, tilde: "word" });
  }

  #parameter(part: ParameterPart, isQuoted: boolean): void {
    const shell = this.#shell;
    if (part.operator === "bad") {
      if (shell.dialect === "bash") throw new NeedsMore(`an expansion of bash for ${part.name}`);
      fail(shell, "Bad substitution");
    }
    const isCount = part.operator === "length" && /^[@*]$/.test(part.name);
    const isOfBash =
      part.index !== undefined || isBashOperator(part.operator) || changesEach(part) || isCount;
    if (shell.dialect === "bash" && isOfBash) {
      const value = expandBashParameter(shell, part, {
        isQuoted,
        isSplit: this.#purpose.isSplit,
        expand: (word, keepsQuotes) => textOf(shell, word, keepsQuotes),
      });
      return this.#value(value.text, { isQuoted, isList: value.isList });
    }
    const isFields = part.name === "@" && isQuoted && this.#purpose.isSplit;
    const isList = isFields && shell.parameters.length > 0;
    const value = parameterValue(shell, part.name, { isQuoted, isSplit: this.#purpose.isSplit });
    const isSet = value !== undefined && !(part.isNullUnset && value === "");
    switch (part.operator) {
      case "default":
        if (isSet) return this.#value(value, { isQuoted, isList });
        return this.#operand(part.word, isQuoted);
      case "alternative":
        if (isSet) return this.#operand(part.word, isQuoted);
        return;
      case "assign":
        if (isSet) return this.#value(value, { isQuoted, isList });
        return this.#value(this.#assign(part), { isQuoted, isList: false });
      case "error":
        if (isSet) return this.#value(value, { isQuoted, isList });
        return this.#unset(part);
      default:
    }
    if (value === undefined && shell.options.has("nounset")) this.#unset(part);
    if (part.operator === "length") {
      return this.#value(`${value?.length ?? 0}`, { isQuoted, isList: false });
    }
    if (value === undefined) return;
    if (part.operator === "value") return this.#value(value, { isQuoted, isList });
    const pattern = textOf(shell, part.word, true);
    this.#value(trim(shell, value, { pattern, operator: part.operator }), { isQuoted, isList });
  }

  #value(
    value: string,
    { isQuoted, isList }: { readonly isQuoted: boolean; readonly isList: boolean },
  ): void {
    const start = this.text.length;
    this.#append(isQuoted && this.#purpose.keepsQuotes ? quoted(value) : value);
    if (!isQuoted) this.#record(start, false);
    else if (isList) this.#record(start, true);
  }

  #assign({ name, word }: ParameterPart): string {
    const value = textOf(this.#shell, word, false);
    if (!/^[A-Za-z_]\w*$/.test(name)) fail(this.#shell, `${name}: bad variable name`);
    try {
      this.#shell.variables.set(name, value);
    } catch {
      fail(this.#shell, `${name}: is read only`);
    }
    return value;
  }

  #unset({ name, word, isNullUnset, operator }: ParameterPart): never {
    if (operator !== "error") return fail(this.#shell, `${name}: parameter not set`);
    const message = word === undefined ? "" : textOf(this.#shell, word, false);
    const usual = `parameter not set${isNullUnset ? " or null" : ""}`;
    return fail(this.#shell, `${name}: ${message === "" ? usual : message}`);
  }
}

/** A word as one text, neither split nor matched with files. */
function textOf(shell: Shell, word: Word | undefined, keepsQuotes: boolean): string {
  const expander = new Expander(shell, { isSplit: false, keepsQuotes });
  const parts = word?.parts ?? [];
  expander.parts(parts, { isQuoted: false, isOperand: false, tilde: "word" });
  return keepsQuotes ? expander.text : unquoted(expander.text);
}
