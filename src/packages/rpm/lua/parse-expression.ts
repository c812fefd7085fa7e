import type { TokenCursor } from "./token-cursor.ts";
import type { Block, Expression, FunctionBody, TableField } from "./tree.ts";

/** Binding of binary operators, from the loosest: on its left and on its right. */
const BINDING = new Map<string, readonly [left: number, right: number]>([
  ["or", [1, 1]],
  ["and", [2, 2]],
  ...["<", ">", "<=", ">=", "~=", "=="].map((each): [string, readonly [number, number]] => [
    each,
    [3, 3],
  ]),
  ["|", [4, 4]],
  ["~", [5, 5]],
  ["&", [6, 6]],
  ["<<", [7, 7]],
  [">>", [7, 7]],
  ["..", [9, 8]],
  ["+", [10, 10]],
  ["-", [10, 10]],
  ...["*", "/", "//", "%"].map((each): [string, readonly [number, number]] => [each, [11, 11]]),
  ["^", [14, 13]],
]);
const UNARY_BINDING = 12;

/** Expressions of a Lua text. Source: Lua 5.4 Reference Manual, 3.4 and 9. */
export class ExpressionParser {
  readonly #cursor: TokenCursor;
  readonly #block: () => Block;

  /** `block` parses the block of a function, up to its `end`. */
  constructor(cursor: TokenCursor, block: () => Block) {
    this.#cursor = cursor;
    this.#block = block;
  }

  /** One or more, with commas between. */
  list(): readonly Expression[] {
    const list = [this.parse()];
    while (this.#cursor.take(",")) list.push(this.parse());
    return list;
  }

  /** One with operators that bind closer than the limit. */
  parse(limit = 0): Expression {
    return this.#cursor.nested(() => {
      const { line } = this.#cursor.current;
      let left: Expression;
      const unary = ["not", "-", "#", "~"].find((word) => this.#cursor.is(word));
      if (unary === undefined) left = this.#simple();
      else {
        this.#cursor.advance();
        left = { type: "unary", operator: unary, operand: this.parse(UNARY_BINDING), line };
      }
      for (;;) {
        const isOperator =
          this.#cursor.current.type === "symbol" || this.#cursor.current.type === "keyword";
        const binding = isOperator ? BINDING.get(this.#cursor.current.text) : undefined;
        if (binding === undefined || binding[0] <= limit) return left;
        const { text: operator, line: at } = this.#cursor.advance();
        left = {
          type: "binary",
          operator,
          left,
          right: this.parse(binding[1]),
          line: at,
        };
      }
    });
  }

  /** A name or parentheses, with the indexes and calls behind it. */
  suffixed(): Expression {
    const { line: first } = this.#cursor.current;
    let expression: Expression;
    if (this.#cursor.take("(")) {
      expression = { type: "single", inner: this.parse() };
      this.#cursor.expect(")");
    } else expression = { type: "name", name: this.#cursor.name(), line: first };
    for (;;) {
      const { line } = this.#cursor.current;
      if (this.#cursor.take(".")) {
        const key: Expression = { type: "string", value: this.#cursor.name() };
        expression = { type: "index", object: expression, key, line };
      } else if (this.#cursor.take("[")) {
        const key = this.parse();
        this.#cursor.expect("]");
        expression = { type: "index", object: expression, key, line };
      } else if (this.#cursor.take(":")) {
        const method = this.#cursor.name();
        expression = { type: "call", callee: expression, method, args: this.#args(), line };
      } else if (
        this.#cursor.is("(") ||
        this.#cursor.is("{") ||
        this.#cursor.current.type === "string"
      ) {
        expression = { type: "call", callee: expression, args: this.#args(), line };
      } else return expression;
    }
  }

  /** Parameters and block of a function; `first` come before those that are written. */
  function(name: string, first: readonly string[] = []): FunctionBody {
    this.#cursor.expect("(");
    const parameters = [...first];
    let hasVarargs = false;
    if (!this.#cursor.is(")")) {
      do {
        if (this.#cursor.take("...")) hasVarargs = true;
        else parameters.push(this.#cursor.name());
      } while (!hasVarargs && this.#cursor.take(","));
    }
    this.#cursor.expect(")");
    const block = this.#block();
    this.#cursor.expect("end");
    return { parameters, hasVarargs, block, name };
  }

  #simple(): Expression {
    const token = this.#cursor.current;
    switch (token.type) {
      case "number":
        this.#cursor.advance();
        return { type: "number", value: token.value ?? 0 };
      case "string":
        this.#cursor.advance();
        return { type: "string", value: token.text };
      default:
    }
    if (this.#cursor.take("nil")) return { type: "nil" };
    if (this.#cursor.take("true")) return { type: "true" };
    if (this.#cursor.take("false")) return { type: "false" };
    if (this.#cursor.take("...")) return { type: "varargs" };
    if (this.#cursor.take("function"))
      return { type: "function", body: this.function("anonymous") };
    if (this.#cursor.is("{")) return this.#table();
    return this.suffixed();
  }

  #args(): readonly Expression[] {
    if (this.#cursor.current.type === "string")
      return [{ type: "string", value: this.#cursor.advance().text }];
    if (this.#cursor.is("{")) return [this.#table()];
    this.#cursor.expect("(");
    if (this.#cursor.take(")")) return [];
    const args = this.list();
    this.#cursor.expect(")");
    return args;
  }

  #table(): Expression {
    const { line } = this.#cursor.current;
    this.#cursor.expect("{");
    const fields: TableField[] = [];
    while (!this.#cursor.is("}")) {
      if (this.#cursor.take("[")) {
        const key = this.parse();
        this.#cursor.expect("]");
        this.#cursor.expect("=");
        fields.push({ key, value: this.parse() });
      } else if (this.#cursor.current.type === "name" && this.#cursor.next.text === "=") {
        const key: Expression = { type: "string", value: this.#cursor.advance().text };
        this.#cursor.expect("=");
        fields.push({ key, value: this.parse() });
      } else fields.push({ value: this.parse() });
      if (!this.#cursor.take(",") && !this.#cursor.take(";")) break;
    }
    this.#cursor.expect("}");
    return { type: "table", fields, line };
  }
}
