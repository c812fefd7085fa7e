import { NeedsMore } from "../../command.ts";
import { fail } from "../execute/failure.ts";
import type { BuiltinCall, Shell } from "../execute/shell.ts";
import { escapeString, readEscape } from "./escapes.ts";
import { formatFloat, formatInteger, pad, type Specification } from "./format-number.ts";
import { parseOptions, print } from "./options.ts";

/** Arguments that a format takes one by one. */
class Arguments {
  readonly #args: readonly string[];
  readonly #shell: Shell;
  #at = 0;
  status = 0;

  constructor(shell: Shell, args: readonly string[]) {
    this.#shell = shell;
    this.#args = args;
  }

  get isUsed(): boolean {
    return this.#at > 0;
  }

  get hasMore(): boolean {
    return this.#at < this.#args.length;
  }

  text(): string {
    return this.#args[this.#at++] ?? "";
  }

  /** As strtoimax(3); what is no number is told and counts as far as it is one. */
  integer(isSigned: boolean): bigint {
    if (!this.hasMore) return 0n;
    const text = this.text();
    if (text === "") return 0n;
    if (/^["']/.test(text)) return BigInt(text.charCodeAt(1) || 0);
    const match = /^[ \t\n\v\f\r]*([+-]?)(0[xX][\dA-Fa-f]+|0[0-7]*|[1-9]\d*)/.exec(text);
    const [whole = "", sign = "", digits = "0"] = match ?? [];
    if (whole === "") this.#warn(`${text}: expected numeric value`);
    else if (whole !== text) this.#warn(`${text}: not completely converted`);
    const magnitude = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
    const value = sign === "-" ? -magnitude : magnitude;
    const [lowest, highest] = isSigned
      ? [-(2n ** 63n), 2n ** 63n - 1n]
      : [-(2n ** 64n) + 1n, 2n ** 64n - 1n];
    if (value >= lowest && value <= highest) return value;
    this.#warn(`${text}: Numerical result out of range`);
    return value < lowest ? lowest : highest;
  }

  float(): number {
    if (!this.hasMore) return 0;
    const text = this.text();
    if (text === "") return 0;
    if (/^["']/.test(text)) return text.charCodeAt(1) || 0;
    const match =
      /^\s*[+-]?(?:0[xX][\dA-Fa-f]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf(?:inity)?|nan)/i.exec(
        text,
      );
    const whole = match?.[0] ?? "";
    if (whole === "") this.#warn(`${text}: expected numeric value`);
    else if (whole !== text) this.#warn(`${text}: not completely converted`);
    const value = whole.trim().toLowerCase();
    if (value.includes("inf")) return value.startsWith("-") ? -Infinity : Infinity;
    return Number(value) || 0;
  }

  #warn(message: string): void {
    this.#shell.write(2, `${this.#shell.name}: ${this.#shell.line}: printf: ${message}\n`);
    this.status = 1;
  }
}

/** dash's printf: the format is used again for as long as there are arguments. */
export function printf(shell: Shell, { args }: BuiltinCall): number {
  let operands = args;
  let variable: string | undefined;
  if (shell.dialect === "bash" && args[0] === "-v") {
    variable = args[1];
    operands = args.slice(2);
  }
  const [format, ...rest] = parseOptions(shell, operands, "").operands;
  if (format === undefined) return fail(shell, "usage: printf format [arg ...]");
  const values = new Arguments(shell, rest);
  let text = "";
  let isOver = false;
  do {
    const taken = formatOnce(shell, format, values);
    text += taken.text;
    isOver = taken.isEnd || !values.isUsed;
    shell.world.meter.step();
    shell.world.meter.checkLength(text.length);
    if (taken.error !== undefined) {
      print(shell, text);
      return fail(shell, taken.error);
    }
  } while (!isOver && values.hasMore);
  if (variable !== undefined) shell.variables.set(variable, text);
  const status = variable === undefined ? print(shell, text) : 0;
  return status | values.status;
}

interface Formatted {
  readonly text: string;
  /** `\c` was met: nothing more is printed. */
  readonly isEnd: boolean;
  readonly error?: string;
}

function formatOnce(shell: Shell, format: string, values: Arguments): Formatted {
  let text = "";
  for (let at = 0; at < format.length;) {
    const char = format[at] ?? "";
    if (char === "\\") {
      const escape = readEscape(format, at + 1, shell.dialect);
      text += escape.text;
      at = escape.end;
      continue;
    }
    if (char !== "%") {
      text += char;
      at++;
      continue;
    }
    if (format[at + 1] === "%") {
      text += "%";
      at += 2;
      continue;
    }
    const match = /^%([#+ 0-]*)(\*|\d*)(?:(\.)(\*|\d*))?/.exec(format.slice(at));
    const [whole = "%", flags = "", width = "", dot, precision = ""] = match ?? [];
    let specification: Specification = {
      flags,
      width: width === "*" ? Number(values.integer(true)) : Number(width || "0"),
      precision:
        dot === undefined
          ? undefined
          : precision === "*"
            ? Number(values.integer(true))
            : Number(precision || "0"),
    };
    if (specification.width < 0) {
      specification = { ...specification, flags: `${flags}-`, width: -specification.width };
    }
    shell.world.meter.checkLength(specification.width + (specification.precision ?? 0));
    const conversion = format[at + whole.length];
    if (conversion === undefined) return { text, isEnd: false, error: "missing format character" };
    const piece = convert(shell, { conversion, specification, values });
    if (piece === undefined) {
      if (shell.dialect === "bash") throw new NeedsMore(`bash's printf ${whole}${conversion}`);
      return { text, isEnd: false, error: `${whole}${conversion}: invalid directive` };
    }
    text += piece.text;
    if (piece.isEnd) return { text, isEnd: true };
    at += whole.length + 1;
  }
  return { text, isEnd: false };
}

interface Conversion {
  readonly conversion: string;
  readonly specification: Specification;
  readonly values: Arguments;
}

function convert(
  shell: Shell,
  { conversion, specification, values }: Conversion,
): Formatted | undefined {
  switch (conversion) {
    case "b": {
      const { text, isEnd } = escapeString(values.text(), shell.dialect);
      return { text: pad(text.slice(0, specification.precision), specification), isEnd };
    }
    case "c":
      return asIs(pad(values.text().slice(0, 1) || "\0", specification));
    case "s":
      return asIs(pad(values.text().slice(0, specification.precision), specification));
    case "d":
    case "i":
      return asIs(formatInteger(values.integer(true), conversion, specification));
    case "o":
    case "u":
    case "x":
    case "X":
      return asIs(formatInteger(values.integer(false), conversion, specification));
    default:
      if (!/^[aAeEfFgG]$/.test(conversion)) return undefined;
      return asIs(formatFloat(values.float(), conversion, specification));
  }
}

function asIs(text: string): Formatted {
  return { text, isEnd: false };
}
