import type { TokenCursor } from "./token-cursor.ts";
import type { AwkExpression, AwkTarget } from "./tree.ts";

const COMPARISONS = new Set(["<", "<=", "==", "!=", ">", ">="]);
const ASSIGNMENTS = new Set(["=", "+=", "-=", "*=", "/=", "%=", "^="]);

/** Expressions of a program of awk. What fails throws `AwkError`. */
export class ExpressionParser {
  readonly #cursor: TokenCursor;
  /** Within `print …` a `>` is a redirection. */
  #noGreater = false;

  constructor(cursor: TokenCursor) {
    this.#cursor = cursor;
  }

  /** Expressions with commas between, up to what ends them, which is taken. */
  list(end: string): readonly AwkExpression[] {
    const list: AwkExpression[] = [];
    this.#cursor.skipNewlines();
    while (!this.#cursor.takes(end)) {
      list.push(this.parse());
      this.#cursor.skipNewlines();
      if (this.#cursor.takes(end)) break;
      this.#cursor.expect(",");
      this.#cursor.skipNewlines();
    }
    return list;
  }

  /** An expression, as far as it goes. */
  parse(): AwkExpression {
    const expression = this.#cursor.nested(() => this.#ternary());
    const { text, type } = this.#cursor.current;
    if (type !== "operator" || !ASSIGNMENTS.has(text) || !isTarget(expression)) return expression;
    this.#cursor.advance();
    this.#cursor.skipNewlines();
    return { type: "assign", operator: text, target: expression, value: this.parse() };
  }

  /** Operands one behind the other; comparisons and what binds less are no part of it. */
  concatenation(): AwkExpression {
    let left = this.#sum();
    while (this.#startsOperand()) {
      left = { type: "binary", operator: "concat", left, right: this.#sum() };
    }
    return left;
  }

  /** Reads values of `print`, where a `>` that stands in no parentheses is a redirection. */
  withoutGreater<Value>(read: () => Value): Value {
    return this.#reading(true, read);
  }

  #withGreater<Value>(read: () => Value): Value {
    return this.#reading(false, read);
  }

  #reading<Value>(noGreater: boolean, read: () => Value): Value {
    const before = this.#noGreater;
    this.#noGreater = noGreater;
    const value = read();
    this.#noGreater = before;
    return value;
  }

  #ternary(): AwkExpression {
    const test = this.#binary(0);
    if (!this.#cursor.takes("?")) return test;
    this.#cursor.skipNewlines();
    const yes = this.parse();
    this.#cursor.skipNewlines();
    this.#cursor.expect(":");
    this.#cursor.skipNewlines();
    return { type: "condition", test, yes, no: this.parse() };
  }

  /** `||`, `&&`, `in`, `~`, comparisons: from what binds least. */
  #binary(level: number): AwkExpression {
    if (level === 5) return this.concatenation();
    let left = this.#binary(level + 1);
    for (;;) {
      const { type, text } = this.#cursor.current;
      if (type !== "operator" && type !== "keyword") return left;
      if ((level === 0 && text === "||") || (level === 1 && text === "&&")) {
        this.#cursor.advance();
        this.#cursor.skipNewlines();
        left = { type: "binary", operator: text, left, right: this.#binary(level + 1) };
      } else if (level === 2 && text === "in") {
        this.#cursor.advance();
        left = { type: "in", index: [left], array: this.#cursor.name() };
      } else if (level === 3 && (text === "~" || this.#seesNotMatch())) {
        const isNegated = text !== "~";
        this.#cursor.advance(isNegated ? 2 : 1);
        left = { type: "match", isNegated, text: left, pattern: this.#binary(4) };
      } else if (level === 4 && COMPARISONS.has(text) && !(text === ">" && this.#noGreater)) {
        this.#cursor.advance();
        left = { type: "binary", operator: text, left, right: this.#binary(5) };
      } else return left;
    }
  }

  #seesNotMatch(): boolean {
    const next = this.#cursor.ahead(1);
    return (
      this.#cursor.sees("!") && next?.text === "~" && next.type === "operator" && !next.isApart
    );
  }

  #startsOperand(): boolean {
    const { type, text } = this.#cursor.current;
    if (type === "number" || type === "text" || type === "name" || type === "function") return true;
    if (type === "regex") return true;
    if (type === "operator" && text === "!") return !this.#seesNotMatch();
    return type === "operator" && ["$", "(", "-", "+", "++", "--"].includes(text);
  }

  #sum(): AwkExpression {
    let left = this.#product();
    while (this.#cursor.sees("+") || this.#cursor.sees("-")) {
      const operator = this.#cursor.current.text;
      this.#cursor.advance();
      left = { type: "binary", operator, left, right: this.#product() };
    }
    return left;
  }

  #product(): AwkExpression {
    let left = this.#unary();
    while (this.#cursor.sees("*") || this.#cursor.sees("/") || this.#cursor.sees("%")) {
      const operator = this.#cursor.current.text;
      this.#cursor.advance();
      left = { type: "binary", operator, left, right: this.#unary() };
    }
    return left;
  }

  #unary(): AwkExpression {
    for (const operator of ["!", "-", "+"] as const) {
      if (!this.#cursor.takes(operator)) continue;
      const operand = this.#cursor.nested(() => this.#unary());
      return { type: "unary", operator, operand };
    }
    return this.#power();
  }

  #power(): AwkExpression {
    const left = this.#postfix();
    if (!this.#cursor.takes("^")) return left;
    const isNegative = this.#cursor.sees("-");
    return {
      type: "binary",
      operator: "^",
      left,
      right: isNegative ? this.#unary() : this.#power(),
    };
  }

  #postfix(): AwkExpression {
    const operand = this.#primary();
    if (!isTarget(operand)) return operand;
    if (this.#cursor.takes("++")) return { type: "step", by: 1, isBefore: false, target: operand };
    if (this.#cursor.takes("--")) return { type: "step", by: -1, isBefore: false, target: operand };
    return operand;
  }

  #primary(): AwkExpression {
    const { type, text } = this.#cursor.current;
    this.#cursor.advance();
    switch (type) {
      case "number":
        return { type: "number", value: Number(text) };
      case "text":
        return { type: "text", value: text };
      case "regex":
        return { type: "regex", source: text };
      case "function":
        this.#cursor.expect("(");
        return { type: "call", name: text, args: this.#withGreater(() => this.list(")")) };
      case "name":
        if (text === "length") return { type: "call", name: text, args: [] };
        if (!this.#cursor.takes("[")) return { type: "variable", name: text };
        return { type: "element", array: text, index: this.#withGreater(() => this.list("]")) };
      case "keyword":
        if (text === "getline") return this.#getline();
        break;
      case "operator":
        if (text === "$") return { type: "field", number: this.#fieldNumber() };
        if (text === "++" || text === "--") {
          const target = this.#primary();
          if (!isTarget(target)) this.#cursor.fail();
          return { type: "step", by: text === "++" ? 1 : -1, isBefore: true, target };
        }
        if (text === "(") return this.#grouping();
        break;
      case "newline":
      case "end":
        break;
    }
    this.#cursor.advance(-1);
    return this.#cursor.fail();
  }

  #fieldNumber(): AwkExpression {
    if (this.#cursor.takes("-")) return { type: "unary", operator: "-", operand: this.#primary() };
    return this.#primary();
  }

  #grouping(): AwkExpression {
    const list = this.#withGreater(() => this.list(")"));
    const [only] = list;
    if (list.length === 1 && only !== undefined) {
      return { type: "group", value: only };
    }
    if (list.length === 0 || !this.#cursor.takes("in")) return this.#cursor.fail();
    return { type: "in", index: list, array: this.#cursor.name() };
  }

  #getline(): AwkExpression {
    const isTargetNext = this.#cursor.current.type === "name" || this.#cursor.sees("$");
    const target = isTargetNext ? this.#primary() : undefined;
    if (target !== undefined && !isTarget(target)) this.#cursor.fail();
    const file = this.#cursor.takes("<") ? this.#primary() : undefined;
    return { type: "getline", target, file };
  }
}

function isTarget(expression: AwkExpression): expression is AwkTarget {
  return ["variable", "element", "field"].includes(expression.type);
}
