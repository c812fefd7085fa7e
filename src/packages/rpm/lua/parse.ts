import { LuaSyntaxError, type Token, tokensOf } from "./tokens.ts";
import type {
  Block,
  Branch,
  CallExpression,
  Expression,
  FunctionBody,
  Statement,
  TableField,
} from "./tree.ts";

/** How deep blocks, functions and parentheses may be in one another. */
const DEPTH = 100;

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

/**
 * The tree of a Lua text, a string of bytes. Throws `LuaSyntaxError`. Not known here: `goto` and
 * attributes of variables.
 *
 * Source: Lua 5.4 Reference Manual, 9.
 */
export function parseLua(text: string): Block {
  return new Parser(text).chunk();
}

class Parser {
  readonly #tokens: Generator<Token>;
  #token: Token;
  #next: Token;
  #depth = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
    this.#token = this.#read();
    this.#next = this.#read();
  }

  chunk(): Block {
    const block = this.#block();
    if (this.#token.type !== "end") this.#fail("'<eof>' expected");
    return block;
  }

  #read(): Token {
    const { value } = this.#tokens.next();
    return value ?? { type: "end", text: "<eof>", line: 0 };
  }

  #advance(): Token {
    const token = this.#token;
    this.#token = this.#next;
    this.#next = this.#read();
    return token;
  }

  #is(text: string): boolean {
    return (
      (this.#token.type === "keyword" || this.#token.type === "symbol") && this.#token.text === text
    );
  }

  #take(text: string): boolean {
    const isIt = this.#is(text);
    if (isIt) this.#advance();
    return isIt;
  }

  #expect(text: string): void {
    if (!this.#take(text)) this.#fail(`'${text}' expected`);
  }

  #name(): string {
    if (this.#token.type !== "name") this.#fail("a name expected");
    return this.#advance().text;
  }

  #fail(message: string): never {
    throw new LuaSyntaxError(this.#token.line, `${message} near '${this.#token.text}'`);
  }

  #nested<T>(parse: () => T): T {
    this.#depth++;
    if (this.#depth > DEPTH) this.#fail("too many nested blocks");
    const result = parse();
    this.#depth--;
    return result;
  }

  #block(): Block {
    return this.#nested(() => {
      const statements: Statement[] = [];
      while (!["end", "else", "elseif", "until"].some((word) => this.#is(word))) {
        if (this.#token.type === "end") break;
        if (this.#take(";")) continue;
        const statement = this.#statement();
        statements.push(statement);
        if (statement.type === "return") break;
      }
      return statements;
    });
  }

  #statement(): Statement {
    const { line } = this.#token;
    if (this.#take("if")) return this.#if(line);
    if (this.#take("while")) {
      const condition = this.#expression();
      return { type: "while", line, condition, block: this.#body("do") };
    }
    if (this.#take("do")) {
      const block = this.#block();
      this.#expect("end");
      return { type: "do", line, block };
    }
    if (this.#take("for")) return this.#for(line);
    if (this.#take("repeat")) {
      const block = this.#block();
      this.#expect("until");
      return { type: "repeat", line, block, condition: this.#expression() };
    }
    if (this.#take("function")) return this.#namedFunction(line);
    if (this.#take("local")) {
      if (this.#take("function")) {
        const name = this.#name();
        return { type: "local-function", line, name, body: this.#function(name) };
      }
      const names = [this.#name()];
      while (this.#take(",")) names.push(this.#name());
      return { type: "local", line, names, values: this.#take("=") ? this.#expressions() : [] };
    }
    if (this.#take("return")) {
      const isEmpty =
        this.#token.type === "end" ||
        [";", "end", "else", "elseif", "until"].some((word) => this.#is(word));
      const values = isEmpty ? [] : this.#expressions();
      this.#take(";");
      return { type: "return", line, values };
    }
    if (this.#take("break")) return { type: "break", line };
    return this.#assignmentOrCall(line);
  }

  #body(start: "do" | "then"): Block {
    this.#expect(start);
    const block = this.#block();
    this.#expect("end");
    return block;
  }

  #if(line: number): Statement {
    const branches: Branch[] = [];
    do {
      const condition = this.#expression();
      this.#expect("then");
      branches.push({ condition, block: this.#block() });
    } while (this.#take("elseif"));
    const otherwise = this.#take("else") ? this.#block() : undefined;
    this.#expect("end");
    return { type: "if", line, branches, ...(otherwise === undefined ? {} : { otherwise }) };
  }

  #for(line: number): Statement {
    const names = [this.#name()];
    if (this.#take("=")) {
      const from = this.#expression();
      this.#expect(",");
      const to = this.#expression();
      const step = this.#take(",") ? this.#expression() : undefined;
      const block = this.#body("do");
      const [name = ""] = names;
      return {
        type: "count",
        line,
        name,
        from,
        to,
        block,
        ...(step === undefined ? {} : { step }),
      };
    }
    while (this.#take(",")) names.push(this.#name());
    this.#expect("in");
    const values = this.#expressions();
    return { type: "for", line, names, values, block: this.#body("do") };
  }

  #namedFunction(line: number): Statement {
    let name = this.#name();
    let target: Expression = { type: "name", name, line };
    let hasSelf = false;
    while (!hasSelf && (this.#is(".") || this.#is(":"))) {
      hasSelf = this.#advance().text === ":";
      const value = this.#name();
      target = { type: "index", object: target, key: { type: "string", value }, line };
      name += `.${value}`;
    }
    const body = this.#function(name, hasSelf ? ["self"] : []);
    return { type: "assign", line, targets: [target], values: [{ type: "function", body }] };
  }

  #function(name: string, first: readonly string[] = []): FunctionBody {
    this.#expect("(");
    const parameters = [...first];
    let hasVarargs = false;
    while (!this.#is(")") && !hasVarargs) {
      if (this.#take("...")) hasVarargs = true;
      else parameters.push(this.#name());
      if (!this.#take(",")) break;
    }
    this.#expect(")");
    const block = this.#block();
    this.#expect("end");
    return { parameters, hasVarargs, block, name };
  }

  #assignmentOrCall(line: number): Statement {
    const first = this.#suffixed();
    if (this.#is("=") || this.#is(",")) {
      const targets = [first];
      while (this.#take(",")) targets.push(this.#suffixed());
      this.#expect("=");
      if (targets.some(({ type }) => type !== "name" && type !== "index"))
        this.#fail("syntax error");
      return { type: "assign", line, targets, values: this.#expressions() };
    }
    if (first.type !== "call") this.#fail("syntax error");
    return { type: "call", line, call: first };
  }

  #expressions(): readonly Expression[] {
    const list = [this.#expression()];
    while (this.#take(",")) list.push(this.#expression());
    return list;
  }

  #expression(limit = 0): Expression {
    return this.#nested(() => {
      const { line } = this.#token;
      let left: Expression;
      const unary = ["not", "-", "#", "~"].find((word) => this.#is(word));
      if (unary === undefined) left = this.#simple();
      else {
        this.#advance();
        left = { type: "unary", operator: unary, operand: this.#expression(UNARY_BINDING), line };
      }
      for (;;) {
        const isOperator = this.#token.type === "symbol" || this.#token.type === "keyword";
        const binding = isOperator ? BINDING.get(this.#token.text) : undefined;
        if (binding === undefined || binding[0] <= limit) return left;
        const { text: operator, line: at } = this.#advance();
        left = {
          type: "binary",
          operator,
          left,
          right: this.#expression(binding[1]),
          line: at,
        };
      }
    });
  }

  #simple(): Expression {
    const token = this.#token;
    switch (token.type) {
      case "number":
        this.#advance();
        return { type: "number", value: token.value ?? 0 };
      case "string":
        this.#advance();
        return { type: "string", value: token.text };
      default:
    }
    if (this.#take("nil")) return { type: "nil" };
    if (this.#take("true")) return { type: "true" };
    if (this.#take("false")) return { type: "false" };
    if (this.#take("...")) return { type: "varargs" };
    if (this.#take("function")) return { type: "function", body: this.#function("anonymous") };
    if (this.#is("{")) return this.#table();
    return this.#suffixed();
  }

  #suffixed(): Expression {
    const { line: first } = this.#token;
    let expression: Expression;
    if (this.#take("(")) {
      expression = { type: "single", inner: this.#expression() };
      this.#expect(")");
    } else expression = { type: "name", name: this.#name(), line: first };
    for (;;) {
      const { line } = this.#token;
      if (this.#take(".")) {
        const key: Expression = { type: "string", value: this.#name() };
        expression = { type: "index", object: expression, key, line };
      } else if (this.#take("[")) {
        const key = this.#expression();
        this.#expect("]");
        expression = { type: "index", object: expression, key, line };
      } else if (this.#take(":")) {
        const method = this.#name();
        expression = { type: "call", callee: expression, method, args: this.#args(), line };
      } else if (this.#is("(") || this.#is("{") || this.#token.type === "string") {
        const call: CallExpression = {
          type: "call",
          callee: expression,
          args: this.#args(),
          line,
        };
        expression = call;
      } else return expression;
    }
  }

  #args(): readonly Expression[] {
    if (this.#token.type === "string") return [{ type: "string", value: this.#advance().text }];
    if (this.#is("{")) return [this.#table()];
    this.#expect("(");
    if (this.#take(")")) return [];
    const args = this.#expressions();
    this.#expect(")");
    return args;
  }

  #table(): Expression {
    const { line } = this.#token;
    this.#expect("{");
    const fields: TableField[] = [];
    while (!this.#is("}")) {
      if (this.#take("[")) {
        const key = this.#expression();
        this.#expect("]");
        this.#expect("=");
        fields.push({ key, value: this.#expression() });
      } else if (this.#token.type === "name" && this.#next.text === "=") {
        const key: Expression = { type: "string", value: this.#advance().text };
        this.#expect("=");
        fields.push({ key, value: this.#expression() });
      } else fields.push({ value: this.#expression() });
      if (!this.#take(",") && !this.#take(";")) break;
    }
    this.#expect("}");
    return { type: "table", fields, line };
  }
}
