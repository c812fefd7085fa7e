import { ExpressionParser } from "./parse-expression.ts";
import { TokenCursor } from "./token-cursor.ts";
import type { Block, Branch, Expression, Statement } from "./tree.ts";

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
  readonly #cursor: TokenCursor;
  readonly #expressions: ExpressionParser;
  /** Loops around the statement within its function. */
  #loops = 0;

  constructor(text: string) {
    this.#cursor = new TokenCursor(text);
    this.#expressions = new ExpressionParser(this.#cursor, () => this.#within(0));
  }

  chunk(): Block {
    const block = this.#block();
    if (this.#cursor.current.type !== "end") this.#cursor.fail("'<eof>' expected");
    return block;
  }

  #block(): Block {
    return this.#cursor.nested(() => {
      const statements: Statement[] = [];
      while (!["end", "else", "elseif", "until"].some((word) => this.#cursor.is(word))) {
        if (this.#cursor.current.type === "end") break;
        if (this.#cursor.take(";")) continue;
        const statement = this.#statement();
        statements.push(statement);
        if (statement.type === "return") break;
      }
      return statements;
    });
  }

  /** A block with so many loops around it in its function. */
  #within(loops: number): Block {
    const before = this.#loops;
    this.#loops = loops;
    const block = this.#block();
    this.#loops = before;
    return block;
  }

  #statement(): Statement {
    const { line } = this.#cursor.current;
    if (this.#cursor.take("if")) return this.#if(line);
    if (this.#cursor.take("while")) {
      const condition = this.#expressions.parse();
      return { type: "while", line, condition, block: this.#loopBody() };
    }
    if (this.#cursor.take("do")) {
      const block = this.#block();
      this.#cursor.expect("end");
      return { type: "do", line, block };
    }
    if (this.#cursor.take("for")) return this.#for(line);
    if (this.#cursor.take("repeat")) {
      const block = this.#within(this.#loops + 1);
      this.#cursor.expect("until");
      return { type: "repeat", line, block, condition: this.#expressions.parse() };
    }
    if (this.#cursor.take("function")) return this.#namedFunction(line);
    if (this.#cursor.take("local")) {
      if (this.#cursor.take("function")) {
        const name = this.#cursor.name();
        return { type: "local-function", line, name, body: this.#expressions.function(name) };
      }
      const names = [this.#cursor.name()];
      while (this.#cursor.take(",")) names.push(this.#cursor.name());
      return {
        type: "local",
        line,
        names,
        values: this.#cursor.take("=") ? this.#expressions.list() : [],
      };
    }
    if (this.#cursor.take("return")) {
      const isEmpty =
        this.#cursor.current.type === "end" ||
        [";", "end", "else", "elseif", "until"].some((word) => this.#cursor.is(word));
      const values = isEmpty ? [] : this.#expressions.list();
      this.#cursor.take(";");
      return { type: "return", line, values };
    }
    if (this.#cursor.is("break")) {
      if (this.#loops === 0) this.#cursor.fail("break outside a loop");
      this.#cursor.advance();
      return { type: "break", line };
    }
    return this.#assignmentOrCall(line);
  }

  #loopBody(): Block {
    this.#cursor.expect("do");
    const block = this.#within(this.#loops + 1);
    this.#cursor.expect("end");
    return block;
  }

  #if(line: number): Statement {
    const branches: Branch[] = [];
    do {
      const condition = this.#expressions.parse();
      this.#cursor.expect("then");
      branches.push({ condition, block: this.#block() });
    } while (this.#cursor.take("elseif"));
    const otherwise = this.#cursor.take("else") ? this.#block() : undefined;
    this.#cursor.expect("end");
    return { type: "if", line, branches, ...(otherwise === undefined ? {} : { otherwise }) };
  }

  #for(line: number): Statement {
    const names = [this.#cursor.name()];
    if (this.#cursor.take("=")) {
      const from = this.#expressions.parse();
      this.#cursor.expect(",");
      const to = this.#expressions.parse();
      const step = this.#cursor.take(",") ? this.#expressions.parse() : undefined;
      const block = this.#loopBody();
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
    while (this.#cursor.take(",")) names.push(this.#cursor.name());
    this.#cursor.expect("in");
    const values = this.#expressions.list();
    return { type: "for", line, names, values, block: this.#loopBody() };
  }

  #namedFunction(line: number): Statement {
    let name = this.#cursor.name();
    let target: Expression = { type: "name", name, line };
    let hasSelf = false;
    while (!hasSelf && (this.#cursor.is(".") || this.#cursor.is(":"))) {
      hasSelf = this.#cursor.advance().text === ":";
      const value = this.#cursor.name();
      target = { type: "index", object: target, key: { type: "string", value }, line };
      name += `.${value}`;
    }
    const body = this.#expressions.function(name, hasSelf ? ["self"] : []);
    return { type: "assign", line, targets: [target], values: [{ type: "function", body }] };
  }

  #assignmentOrCall(line: number): Statement {
    const first = this.#expressions.suffixed();
    if (this.#cursor.is("=") || this.#cursor.is(",")) {
      const targets = [first];
      while (this.#cursor.take(",")) targets.push(this.#expressions.suffixed());
      this.#cursor.expect("=");
      if (targets.some(({ type }) => type !== "name" && type !== "index"))
        this.#cursor.fail("syntax error");
      return { type: "assign", line, targets, values: this.#expressions.list() };
    }
    if (first.type !== "call") this.#cursor.fail("syntax error");
    return { type: "call", line, call: first };
  }
}
