import { NeedsMore } from "../../command.ts";
import { assign, fail } from "../execute/failure.ts";
import type { Shell } from "../execute/shell.ts";
import { ArithmeticError, ArithmeticLexer, type ArithmeticToken, toInteger } from "./lexer.ts";

/** How strongly binary operators bind; lower numbers bind first. */
const PRECEDENCE: Readonly<Record<string, number>> = {
  "*": 0,
  "/": 0,
  "%": 0,
  "+": 1,
  "-": 1,
  "<<": 2,
  ">>": 2,
  "<": 3,
  "<=": 3,
  ">": 3,
  ">=": 3,
  "==": 4,
  "!=": 4,
  "&": 5,
  "^": 6,
  "|": 7,
};

const LOWEST = 8;

const DIVISION_BY_ZERO = "division by zero";

/** How deep parentheses and signs may go. */
const DEPTH = 200;

/** Operators of bash alone, some of which dash would read as two others. */
const BASH_OPERATORS = /\+\+|--|\*\*/;

/**
 * The value of `$((text))`, in 64 bits as dash has it. A mistake in it ends the shell. In bash,
 * which has more of a grammar, it need not be the script's mistake: throws `NeedsMore`.
 */
export function evaluateArithmetic(shell: Shell, text: string): bigint {
  shell.world.meter.work(16 * text.length);
  const isBash = shell.dialect === "bash";
  if (isBash && BASH_OPERATORS.test(text)) throw new NeedsMore(`bash's arithmetic: ${text}`);
  try {
    return new Evaluator(shell, text).whole();
  } catch (error) {
    if (!(error instanceof ArithmeticError)) throw error;
    const isOfScript = !isBash || error.message === DIVISION_BY_ZERO;
    if (!isOfScript) throw new NeedsMore(`bash's arithmetic: ${text}`);
    return fail(shell, `arithmetic expression: ${error.message}: "${text}"`);
  }
}

/** The grammar of dash's own evaluator, by recursive descent. */
class Evaluator {
  readonly #shell: Shell;
  readonly #lexer: ArithmeticLexer;
  #token: ArithmeticToken;
  #depth = 0;
  /** Whether the branch is not taken: nothing is assigned, and no division fails. */
  #isIdle = false;

  constructor(shell: Shell, text: string) {
    this.#shell = shell;
    this.#lexer = new ArithmeticLexer(text);
    this.#token = this.#lexer.next();
  }

  whole(): bigint {
    const value = this.#assignment();
    if (this.#token.type !== "end") throw new ArithmeticError("expecting EOF");
    return value;
  }

  #advance(): void {
    this.#token = this.#lexer.next();
  }

  #operator(): string {
    return this.#token.type === "operator" ? this.#token.operator : "";
  }

  #assignment(): bigint {
    if (++this.#depth > DEPTH) throw new ArithmeticError("too deep");
    const first = this.#token;
    if (first.type !== "name") {
      const value = this.#conditional(undefined);
      this.#depth--;
      return value;
    }
    this.#advance();
    const operator = this.#operator();
    const isAssignment = operator === "=" || /^(?:<<|>>|[*/%+&^|-])=$/.test(operator);
    if (!isAssignment) {
      const value = this.#conditional(first.name);
      this.#depth--;
      return value;
    }
    this.#advance();
    const right = this.#assignment();
    this.#depth--;
    if (this.#isIdle) return right;
    const value =
      operator === "=" ? right : binary(operator.slice(0, -1), this.#value(first.name), right);
    assign(this.#shell, first.name, value.toString());
    return value;
  }

  /** `name`: a name that is already read stands first. */
  #conditional(name: string | undefined): bigint {
    const condition = this.#or(name);
    if (this.#operator() !== "?") return condition;
    this.#advance();
    const then = this.#idle(condition === 0n, () => this.#assignment());
    if (this.#operator() !== ":") throw new ArithmeticError("expecting ':'");
    this.#advance();
    const otherwise = this.#idle(condition !== 0n, () => this.#conditional(undefined));
    return condition === 0n ? otherwise : then;
  }

  #or(name: string | undefined): bigint {
    let value = this.#and(name);
    while (this.#operator() === "||") {
      this.#advance();
      const right = this.#idle(value !== 0n, () => this.#and(undefined));
      value = value !== 0n || right !== 0n ? 1n : 0n;
    }
    return value;
  }

  #and(name: string | undefined): bigint {
    let value = this.#binary(this.#primary(name), LOWEST);
    while (this.#operator() === "&&") {
      this.#advance();
      const right = this.#idle(value === 0n, () => this.#binary(this.#primary(undefined), LOWEST));
      value = value !== 0n && right !== 0n ? 1n : 0n;
    }
    return value;
  }

  /** Operators that bind more strongly than a precedence, applied to a value. */
  #binary(left: bigint, below: number): bigint {
    let value = left;
    for (;;) {
      const operator = this.#operator();
      const precedence = PRECEDENCE[operator];
      if (precedence === undefined || precedence >= below) return value;
      this.#advance();
      const right = this.#binary(this.#primary(undefined), precedence);
      value = this.#isIdle ? right : binary(operator, value, right);
    }
  }

  #primary(name: string | undefined): bigint {
    if (name !== undefined) return this.#value(name);
    if (++this.#depth > DEPTH) throw new ArithmeticError("too deep");
    const value = this.#unary();
    this.#depth--;
    return value;
  }

  #unary(): bigint {
    const token = this.#token;
    this.#advance();
    if (token.type === "number") return token.value;
    if (token.type === "name") return this.#value(token.name);
    const operator = token.type === "operator" ? token.operator : "";
    switch (operator) {
      case "(": {
        const value = this.#assignment();
        if (this.#operator() !== ")") throw new ArithmeticError("expecting ')'");
        this.#advance();
        return value;
      }
      case "+":
        return this.#primary(undefined);
      case "-":
        return BigInt.asIntN(64, -this.#primary(undefined));
      case "!":
        return this.#primary(undefined) === 0n ? 1n : 0n;
      case "~":
        return ~this.#primary(undefined);
      default:
        throw new ArithmeticError("expecting primary");
    }
  }

  #idle(isIdle: boolean, evaluate: () => bigint): bigint {
    const before = this.#isIdle;
    this.#isIdle ||= isIdle;
    const value = evaluate();
    this.#isIdle = before;
    return value;
  }

  #value(name: string): bigint {
    if (this.#isIdle) return 0n;
    const text = this.#shell.variables.get(name) ?? "";
    const match = /^[ \t\n\v\f\r]*([+-]?)(0[xX][\dA-Fa-f]+|0[0-7]*|[1-9]\d*)?[ \t\n\v\f\r]*$/.exec(
      text,
    );
    if (match === null && this.#shell.dialect === "bash") {
      throw new NeedsMore(`bash's arithmetic: ${text}`);
    }
    if (match === null) return fail(this.#shell, `Illegal number: ${text}`);
    const [, sign, digits = "0"] = match;
    return sign === "-" ? -toInteger(digits) : toInteger(digits);
  }
}

function binary(operator: string, left: bigint, right: bigint): bigint {
  switch (operator) {
    case "*":
      return BigInt.asIntN(64, left * right);
    case "/":
    case "%":
      if (right === 0n) throw new ArithmeticError(DIVISION_BY_ZERO);
      return BigInt.asIntN(64, operator === "/" ? left / right : left % right);
    case "+":
      return BigInt.asIntN(64, left + right);
    case "-":
      return BigInt.asIntN(64, left - right);
    // The processor takes the lower six bits of a distance.
    case "<<":
      return BigInt.asIntN(64, left << (right & 63n));
    case ">>":
      return left >> (right & 63n);
    case "&":
      return left & right;
    case "^":
      return left ^ right;
    case "|":
      return left | right;
    case "<":
      return BigInt(left < right);
    case "<=":
      return BigInt(left <= right);
    case ">":
      return BigInt(left > right);
    case ">=":
      return BigInt(left >= right);
    case "==":
      return BigInt(left === right);
    default:
      return BigInt(left !== right);
  }
}
