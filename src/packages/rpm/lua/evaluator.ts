import { LimitReached } from "../../scripts/limits.ts";
import { binaryResult, unaryResult } from "./operators.ts";
import { findVariable, type Scope } from "./scope.ts";
import type { CallExpression, Expression, FunctionBody, TableField } from "./tree.ts";
import { isTrue, type LuaFunction, LuaTable, type LuaValue, typeOf } from "./value.ts";
import { lineError, type LuaWorld, unknown } from "./world.ts";

/** Calls within calls, as deep as the stack of the engine allows in any case. */
const DEPTH = 150;

/** What a script finds when it starts. */
export interface LuaLibrary {
  readonly globals: LuaTable;
  /** The methods of strings. */
  readonly strings: LuaTable;
  /** The function that is `posix.fork`. */
  readonly fork: LuaFunction;
}

/** A function of the script, which knows the variables around it. */
type MakeFunction = (body: FunctionBody, scope: Scope) => LuaFunction;

/**
 * Gives expressions their values, and values to what is assigned to. Throws what `Interpreter`
 * throws.
 */
export class Evaluator {
  readonly #world: LuaWorld;
  readonly #library: LuaLibrary;
  readonly #makeFunction: MakeFunction;
  #depth = 0;

  constructor(world: LuaWorld, library: LuaLibrary, makeFunction: MakeFunction) {
    this.#world = world;
    this.#library = library;
    this.#makeFunction = makeFunction;
  }

  /** Calls a function, of the script or of a library. */
  call(callee: LuaValue, args: readonly LuaValue[]): readonly LuaValue[] {
    if (typeof callee !== "function")
      throw lineError(this.#world, `attempt to call a ${typeOf(callee)} value`);
    if (this.#depth >= DEPTH) throw new LimitReached("depth");
    this.#depth++;
    const { line } = this.#world;
    try {
      return callee(args);
    } finally {
      this.#depth--;
      this.#world.line = line;
    }
  }

  /** Finds a variable or a field of a table; the result gives it a value. */
  place(target: Expression, scope: Scope): (value: LuaValue) => void {
    const world = this.#world;
    if (target.type === "name") {
      const found = findVariable(scope, target.name);
      if (world.isChild && found?.isChild !== true)
        return unknown(world, "a child process that changes variables");
      if (found === undefined) return (value) => this.#library.globals.set(target.name, value);
      return (value) => {
        found.cell.value = value;
      };
    }
    // The parser takes nothing else.
    if (target.type !== "index") return unknown(world, `an assignment to a ${target.type}`);
    if (world.isChild) return unknown(world, "a child process that changes tables");
    const object = this.single(target.object, scope);
    const key = this.single(target.key, scope);
    return (value) => {
      if (typeof object !== "object" || object.type !== "table")
        throw lineError(world, `attempt to index a ${typeOf(object)} value`);
      if (key === undefined || Number.isNaN(key)) throw lineError(world, "index is nil or NaN");
      object.set(key, value);
    };
  }

  /** The values of a list: the last expression may give several. */
  values(expressions: readonly Expression[], scope: Scope): readonly LuaValue[] {
    const last = expressions.at(-1);
    if (last === undefined) return [];
    const values = expressions.slice(0, -1).map((each) => this.single(each, scope));
    const more = this.#several(last, scope);
    return values.length === 0 ? more : [...values, ...more];
  }

  /** The value of an expression; the first one where it gives several. */
  single(expression: Expression, scope: Scope): LuaValue {
    switch (expression.type) {
      case "nil":
        return undefined;
      case "true":
        return true;
      case "false":
        return false;
      case "number":
      case "string":
        return expression.value;
      case "name": {
        const found = findVariable(scope, expression.name);
        return found === undefined ? this.#library.globals.get(expression.name) : found.cell.value;
      }
      case "varargs":
      case "call":
        return this.#several(expression, scope)[0];
      case "single":
        return this.single(expression.inner, scope);
      case "index":
        return this.#index(this.single(expression.object, scope), {
          key: this.single(expression.key, scope),
          line: expression.line,
        });
      case "function":
        return this.#makeFunction(expression.body, scope);
      case "unary":
        return unaryResult(
          this.#world,
          expression.operator,
          this.single(expression.operand, scope),
        );
      case "binary":
        return this.#binary(expression, scope);
      case "table":
        return this.#table(expression.fields, scope);
    }
  }

  #several(expression: Expression, scope: Scope): readonly LuaValue[] {
    if (expression.type === "call") return this.#call(expression, scope);
    if (expression.type !== "varargs") return [this.single(expression, scope)];
    return scope.varargs ?? [];
  }

  #index(
    object: LuaValue,
    { key, line }: { readonly key: LuaValue; readonly line: number },
  ): LuaValue {
    if (typeof object === "string") return this.#library.strings.get(key);
    if (typeof object === "object")
      return object.type === "table" ? object.get(key) : object.methods.get(key);
    this.#world.line = line;
    const name = typeof key === "string" ? ` (field '${key}')` : "";
    throw lineError(this.#world, `attempt to index a ${typeOf(object)} value${name}`);
  }

  #call(expression: CallExpression, scope: Scope): readonly LuaValue[] {
    const { callee, method, args, line } = expression;
    const object = this.single(callee, scope);
    const target = method === undefined ? object : this.#index(object, { key: method, line });
    const values = this.values(args, scope);
    this.#world.line = line;
    this.#world.call.countSteps(1 + values.length);
    if (target === this.#library.fork) return unknown(this.#world, "posix.fork in an expression");
    return this.call(target, method === undefined ? values : [object, ...values]);
  }

  #table(fields: readonly TableField[], scope: Scope): LuaTable {
    const table = new LuaTable();
    let next = 1;
    for (const [index, { key, value }] of fields.entries()) {
      this.#world.call.countSteps(1);
      if (key !== undefined) {
        const at = this.single(key, scope);
        if (at === undefined) throw lineError(this.#world, "index is nil");
        table.set(at, this.single(value, scope));
        continue;
      }
      const values =
        index === fields.length - 1 ? this.#several(value, scope) : [this.single(value, scope)];
      for (const each of values) table.set(next++, each);
    }
    return table;
  }

  #binary(
    { operator, left, right, line }: Extract<Expression, { type: "binary" }>,
    scope: Scope,
  ): LuaValue {
    const first = this.single(left, scope);
    if (operator === "and") return isTrue(first) ? this.single(right, scope) : first;
    if (operator === "or") return isTrue(first) ? first : this.single(right, scope);
    const second = this.single(right, scope);
    this.#world.line = line;
    return binaryResult(this.#world, { operator, left: first, right: second });
  }
}
