import { compareTexts } from "../../../order.ts";
import type { Command, CommandCall } from "../command.ts";
import { Regex } from "../regex/regex.ts";
import { complain } from "./report.ts";

/** An expression is wrong; status 2, as coreutils. */
class ExprError extends Error {}

export const expr: Command = (call) => {
  const args = call.args[0] === "--" ? call.args.slice(1) : call.args;
  try {
    const reader = new ExprReader(call, args);
    const value = reader.whole();
    call.stdout.write(`${value}\n`);
    return isNothing(value) ? 1 : 0;
  } catch (error) {
    if (!(error instanceof ExprError)) throw error;
    complain(call, error.message);
    return 2;
  }
};

/** Operators, from what binds least. */
const LEVELS: readonly (readonly string[])[] = [
  ["|"],
  ["&"],
  ["<", "<=", "=", "==", "!=", ">=", ">"],
  ["+", "-"],
  ["*", "/", "%"],
  [":"],
];

class ExprReader {
  readonly #call: CommandCall;
  readonly #args: readonly string[];
  #at = 0;

  constructor(call: CommandCall, args: readonly string[]) {
    this.#call = call;
    this.#args = args;
  }

  whole(): string {
    if (this.#args.length === 0) throw new ExprError("missing operand");
    const value = this.#level(0);
    const rest = this.#args[this.#at];
    if (rest !== undefined) throw new ExprError(`syntax error: unexpected argument '${rest}'`);
    return value;
  }

  #level(level: number): string {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#operand();
    this.#call.countSteps();
    let left = this.#level(level + 1);
    for (;;) {
      const operator = this.#args[this.#at];
      if (operator === undefined || !operators.includes(operator)) return left;
      this.#at++;
      left = this.#apply(operator, left, this.#level(level + 1));
    }
  }

  #word(): string {
    const word = this.#args[this.#at++];
    if (word !== undefined) return word;
    throw new ExprError(`syntax error: missing argument after '${this.#args.at(-1) ?? ""}'`);
  }

  #operand(): string {
    const word = this.#word();
    if (word === "(") {
      if (this.#at > 200) throw new ExprError("expression too deep");
      const value = this.#level(0);
      if (this.#args[this.#at++] !== ")") throw new ExprError("syntax error: expecting ')'");
      return value;
    }
    if (word === "+") return this.#word();
    if (word === "length") return String(this.#operand().length);
    if (word === "match") return this.#match(this.#operand(), this.#operand());
    if (word === "index") {
      const text = this.#operand();
      const characters = this.#operand();
      return String(Array.from(text).findIndex((character) => characters.includes(character)) + 1);
    }
    if (word === "substr") {
      const text = this.#operand();
      const start = Number(this.#operand());
      const length = Number(this.#operand());
      return start > 0 && length > 0 ? text.slice(start - 1, start - 1 + length) : "";
    }
    return word;
  }

  #apply(operator: string, left: string, right: string): string {
    switch (operator) {
      case "|":
        if (!isNothing(left)) return left;
        return isNothing(right) ? "0" : right;
      case "&":
        return isNothing(left) || isNothing(right) ? "0" : left;
      case ":":
        return this.#match(left, right);
      case "+":
      case "-":
      case "*":
      case "/":
      case "%":
        return calculate(operator, left, right);
      default:
        return compare(operator, left, right) ? "1" : "0";
    }
  }

  /** Anchored at the start; gives the first group, or how many bytes match. */
  #match(text: string, pattern: string): string {
    const countSteps = (steps: number): void => this.#call.countSteps(steps);
    const regex = new Regex(pattern, { dialect: "basic", countSteps });
    const found = regex.exec(text);
    const match = found?.start === 0 ? found : undefined;
    if (regex.groups > 0) return match?.group(1) ?? "";
    return String(match?.end ?? 0);
  }
}

function calculate(operator: string, left: string, right: string): string {
  if (!isInteger(left) || !isInteger(right)) throw new ExprError("non-integer argument");
  const [a, b] = [BigInt(left), BigInt(right)];
  if (operator === "+") return String(a + b);
  if (operator === "-") return String(a - b);
  if (operator === "*") return String(a * b);
  if (b === 0n) throw new ExprError("division by zero");
  return String(operator === "/" ? a / b : a % b);
}

function compare(operator: string, left: string, right: string): boolean {
  const order =
    isInteger(left) && isInteger(right)
      ? Number(BigInt(left) > BigInt(right)) - Number(BigInt(left) < BigInt(right))
      : compareTexts(left, right);
  if (operator === "=" || operator === "==") return order === 0;
  if (operator === "!=") return order !== 0;
  if (operator === "<") return order < 0;
  if (operator === "<=") return order <= 0;
  return operator === ">" ? order > 0 : order >= 0;
}

function isInteger(text: string): boolean {
  return /^-?\d{1,400}$/.test(text);
}

function isNothing(value: string): boolean {
  return value === "" || /^-?0+$/.test(value);
}
