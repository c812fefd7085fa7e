import { fail } from "../execute/failure.ts";
import type { BuiltinCall, Shell } from "../execute/shell.ts";
import { compareFiles, testFile } from "./file-test.ts";

const UNARY = new Set("-r -w -x -e -f -d -c -b -p -u -g -k -s -t -z -n -h -O -G -L -S".split(" "));
const BINARY = new Set("= == != < > -eq -ne -ge -gt -le -lt -nt -ot -ef".split(" "));
const OTHER = new Set(["!", "-a", "-o", "(", ")"]);

/** How deep parentheses and negations may go. */
const DEPTH = 200;

/** `test` and `[`, read as dash reads them. */
export function test(shell: Shell, { name, args }: BuiltinCall): number {
  if (name !== "[") return new Test(shell, args).run() ? 0 : 1;
  if (args.at(-1) !== "]") return fail(shell, "missing ]");
  return new Test(shell, args.slice(0, -1)).run() ? 0 : 1;
}

class Test {
  readonly #shell: Shell;
  #words: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(shell: Shell, words: readonly string[]) {
    this.#shell = shell;
    this.#words = words;
  }

  run(): boolean {
    let isNegated = false;
    for (;;) {
      const words = this.#words;
      const [first, second] = words;
      if (first === undefined) return isNegated;
      if (words.length === 3 && this.#isBinary(second)) break;
      if (words.length === 3 || words.length === 4) {
        if (first === "(" && words.at(-1) === ")") {
          this.#words = words.slice(1, -1);
          break;
        }
        if (first === "!") {
          isNegated = !isNegated;
          this.#words = words.slice(1);
          continue;
        }
      }
      break;
    }
    this.#shell.world.meter.step(this.#words.length);
    const isOperand = this.#words.length === 3 && this.#isBinary(this.#words[1]);
    const result = this.#or(isOperand ? "operand" : this.#kind(0));
    const rest = this.#words[this.#at];
    if (rest !== undefined && this.#words[this.#at + 1] !== undefined) {
      fail(this.#shell, `${this.#words[this.#at] ?? ""}: unexpected operator`);
    }
    return result !== isNegated;
  }

  #isBinary(word: string | undefined): boolean {
    if (word === undefined) return false;
    return BINARY.has(word) && (word !== "==" || this.#shell.dialect === "bash");
  }

  /** What a word is where it stands: an operator by its text, or an operand. */
  #kind(at: number): string {
    const word = this.#words[at];
    if (word === undefined) return "end";
    if (UNARY.has(word)) return this.#isOperandAt(at) ? "operand" : word;
    if (word === "(") return this.#words[at + 1] === undefined ? "operand" : word;
    return this.#isBinary(word) || OTHER.has(word) ? word : "operand";
  }

  /** A word that looks like an operator is an operand when nothing, or a comparison, follows. */
  #isOperandAt(at: number): boolean {
    if (this.#words[at + 1] === undefined) return true;
    if (this.#words[at + 2] === undefined) return false;
    return this.#isBinary(this.#words[at + 1]);
  }

  #or(kind: string): boolean {
    let result = false;
    let next = kind;
    for (;;) {
      // Both sides are always evaluated.
      const value = this.#and(next);
      result ||= value;
      if (this.#kind(this.#at + 1) !== "-o") return result;
      this.#at += 2;
      next = this.#kind(this.#at);
    }
  }

  #and(kind: string): boolean {
    let result = true;
    let next = kind;
    for (;;) {
      const value = this.#not(next);
      result &&= value;
      if (this.#kind(this.#at + 1) !== "-a") return result;
      this.#at += 2;
      next = this.#kind(this.#at);
    }
  }

  #not(kind: string): boolean {
    if (kind !== "!") return this.#primary(kind);
    const next = this.#kind(this.#at + 1);
    if (next !== "end") this.#at++;
    return !this.#not(next);
  }

  #primary(kind: string): boolean {
    if (kind === "end") return false;
    if (++this.#depth > DEPTH) fail(this.#shell, "too deep");
    if (kind === "(") {
      const inner = this.#kind(++this.#at);
      if (inner === ")") return false;
      const result = this.#or(inner);
      if (this.#kind(++this.#at) !== ")") fail(this.#shell, "closing paren expected");
      return result;
    }
    if (UNARY.has(kind)) {
      const operand = this.#words[++this.#at];
      if (operand === undefined) return fail(this.#shell, `${kind}: argument expected`);
      return this.#unary(kind, operand);
    }
    if (this.#isBinary(this.#kind(this.#at + 1))) return this.#binary();
    return (this.#words[this.#at] ?? "") !== "";
  }

  #unary(operator: string, operand: string): boolean {
    if (operator === "-z") return operand === "";
    if (operator === "-n") return operand !== "";
    if (operator === "-t") {
      this.#integer(operand);
      return false;
    }
    return testFile(this.#shell, operator, operand);
  }

  #binary(): boolean {
    const left = this.#words[this.#at] ?? "";
    const operator = this.#words[++this.#at] ?? "";
    const right = this.#words[++this.#at];
    if (right === undefined) return fail(this.#shell, `${operator}: argument expected`);
    switch (operator) {
      case "=":
      case "==":
        return left === right;
      case "!=":
        return left !== right;
      case "<":
        return left < right;
      case ">":
        return left > right;
      case "-nt":
      case "-ot":
      case "-ef":
        return compareFiles(this.#shell, operator, [left, right]);
      default:
        return compareIntegers(operator, this.#integer(left), this.#integer(right));
    }
  }

  #integer(text: string): bigint {
    const match = /^[ \t\n\v\f\r]*([+-]?\d+)[ \t\n\v\f\r]*$/.exec(text);
    if (match === null) return fail(this.#shell, `Illegal number: ${text}`);
    return BigInt((match[1] ?? "0").replace(/^\+/, ""));
  }
}

/** Numbers by the operators of `test`. */
export function compareIntegers(operator: string, left: bigint, right: bigint): boolean {
  switch (operator) {
    case "-eq":
      return left === right;
    case "-ne":
      return left !== right;
    case "-ge":
      return left >= right;
    case "-gt":
      return left > right;
    case "-le":
      return left <= right;
    default:
      return left < right;
  }
}
