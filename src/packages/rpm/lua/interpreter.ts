import { LimitReached } from "../../scripts/limits.ts";
import type {
  Block,
  CallExpression,
  Expression,
  FunctionBody,
  Statement,
  TableField,
} from "./tree.ts";
import {
  isTrue,
  LuaError,
  type LuaFunction,
  LuaTable,
  type LuaValue,
  toNumber,
  toText,
  typeOf,
} from "./value.ts";
import { ChildEnded, counted, type LuaWorld, unknown } from "./world.ts";

/** Calls within calls, as deep as the stack of the engine allows in any case. */
const DEPTH = 150;
/** What a fork gives to the parent: a process number that no script compares with another. */
const CHILD_PID = 1001;

interface Cell {
  value: LuaValue;
}

/** Local variables of a block. */
class Scope {
  readonly variables = new Map<string, Cell>();
  readonly above: Scope | undefined;
  /** Of the function around; undefined where it has none. */
  readonly varargs: readonly LuaValue[] | undefined;
  /** Made in the branch of a child process, which may change no other variables. */
  readonly isChild: boolean;

  constructor(
    above: Scope | undefined,
    varargs: readonly LuaValue[] | undefined,
    isChild: boolean,
  ) {
    this.above = above;
    this.varargs = varargs;
    this.isChild = isChild;
  }
}

/** How a block ended where it did not run to its end. */
type Ended =
  | { readonly type: "break" }
  | { readonly type: "return"; readonly values: readonly LuaValue[] }
  | undefined;

/**
 * Runs a Lua chunk by its tree. `fork` has its two ways out here: the rest of its block is run for
 * the child first, which has to end by running a program, and then for the parent.
 *
 * Throws `LuaError`, `LimitReached`, and `NeedsMore` for what is not known here: metatables, `/`
 * and `^`, operators on bits, coroutines.
 */
export class Interpreter {
  readonly #world: LuaWorld;
  readonly #globals: LuaTable;
  readonly #fork: LuaFunction;
  readonly #strings: LuaTable;
  #depth = 0;

  constructor(
    world: LuaWorld,
    library: {
      readonly globals: LuaTable;
      /** The methods of strings. */
      readonly strings: LuaTable;
      /** The function that is `posix.fork`. */
      readonly fork: LuaFunction;
    },
  ) {
    this.#world = world;
    this.#globals = library.globals;
    this.#strings = library.strings;
    this.#fork = library.fork;
  }

  run(block: Block): void {
    this.#block(block, new Scope(undefined, [], false));
  }

  call(callee: LuaValue, args: readonly LuaValue[]): readonly LuaValue[] {
    if (typeof callee !== "function")
      throw new LuaError(this.#located(`attempt to call a ${typeOf(callee)} value`));
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

  #located(message: string): string {
    return `line ${this.#world.line}: ${message}`;
  }

  #block(block: Block, scope: Scope): Ended {
    for (const [index, statement] of block.entries()) {
      this.#world.line = statement.line;
      this.#world.call.countSteps(1);
      const variable = this.#forked(statement, scope);
      if (variable !== undefined) return this.#branches(block.slice(index + 1), variable, scope);
      const ended = this.#statement(statement, scope);
      if (ended !== undefined) return ended;
    }
    return undefined;
  }

  /** The variable that gets what a fork gives; undefined for any other statement. */
  #forked(statement: Statement, scope: Scope): Cell | undefined {
    if (statement.type !== "local" && statement.type !== "assign") return undefined;
    const [value, ...others] = statement.values;
    if (value?.type !== "call" || others.length > 0 || value.args.length > 0) return undefined;
    if (value.method !== undefined || value.callee.type !== "index") return undefined;
    if (this.#single(value.callee, scope) !== this.#fork) return undefined;
    const [target] = statement.type === "local" ? statement.names : statement.targets;
    if (typeof target === "string") {
      const cell: Cell = { value: undefined };
      scope.variables.set(target, cell);
      return cell;
    }
    const found = target?.type === "name" ? find(scope, target.name)?.cell : undefined;
    return found ?? unknown(this.#world, "posix.fork into something else than a local variable");
  }

  #branches(rest: Block, pid: Cell, scope: Scope): Ended {
    const world = this.#world;
    if (world.isChild) return unknown(world, "a child process of a child process");
    pid.value = 0;
    world.isChild = true;
    try {
      this.#block(rest, new Scope(scope, scope.varargs, true));
      return unknown(world, "a child process that runs no program");
    } catch (error) {
      if (!(error instanceof ChildEnded)) throw error;
    } finally {
      world.isChild = false;
      world.silenced.clear();
    }
    pid.value = CHILD_PID;
    return this.#block(rest, scope);
  }

  #inner(block: Block, scope: Scope): Ended {
    return this.#block(block, this.#scopeIn(scope));
  }

  #scopeIn(scope: Scope): Scope {
    return new Scope(scope, scope.varargs, this.#world.isChild);
  }

  #statement(statement: Statement, scope: Scope): Ended {
    switch (statement.type) {
      case "local": {
        const values = this.#values(statement.values, scope);
        for (const [index, name] of statement.names.entries())
          scope.variables.set(name, { value: values[index] });
        return undefined;
      }
      case "assign": {
        const values = this.#values(statement.values, scope);
        for (const [index, target] of statement.targets.entries())
          this.#assign(target, values[index], scope);
        return undefined;
      }
      case "call":
        this.#call(statement.call, scope);
        return undefined;
      case "do":
        return this.#inner(statement.block, scope);
      case "while":
        while (isTrue(this.#single(statement.condition, scope))) {
          const ended = this.#inner(statement.block, scope);
          if (ended?.type === "break") return undefined;
          if (ended !== undefined) return ended;
          this.#world.call.countSteps(1);
        }
        return undefined;
      case "repeat":
        for (;;) {
          const inner = this.#scopeIn(scope);
          const ended = this.#block(statement.block, inner);
          if (ended?.type === "break") return undefined;
          if (ended !== undefined) return ended;
          // The condition sees the variables of the block.
          if (isTrue(this.#single(statement.condition, inner))) return undefined;
          this.#world.call.countSteps(1);
        }
      case "if": {
        const taken = statement.branches.find(({ condition }) =>
          isTrue(this.#single(condition, scope)),
        );
        const block = taken?.block ?? statement.otherwise;
        return block === undefined ? undefined : this.#inner(block, scope);
      }
      case "count":
        return this.#count(statement, scope);
      case "for":
        return this.#for(statement, scope);
      case "local-function": {
        const cell: Cell = { value: undefined };
        scope.variables.set(statement.name, cell);
        cell.value = this.#function(statement.body, scope);
        return undefined;
      }
      case "return":
        return { type: "return", values: this.#values(statement.values, scope) };
      case "break":
        return { type: "break" };
    }
  }

  #count(
    { name, from, to, step, block }: Extract<Statement, { type: "count" }>,
    scope: Scope,
  ): Ended {
    const number = (expression: Expression, what: string): number => {
      const value = this.#single(expression, scope);
      if (typeof value === "number") return value;
      throw new LuaError(this.#located(`'for' ${what} must be a number`));
    };
    const start = number(from, "initial value");
    const end = number(to, "limit");
    const by = step === undefined ? 1 : number(step, "step");
    if (by === 0) throw new LuaError(this.#located("'for' step is zero"));
    for (let value = start; by > 0 ? value <= end : value >= end; value += by) {
      this.#world.call.countSteps(1);
      const inner = this.#scopeIn(scope);
      inner.variables.set(name, { value });
      const ended = this.#block(block, inner);
      if (ended?.type === "break") return undefined;
      if (ended !== undefined) return ended;
    }
    return undefined;
  }

  #for({ names, values, block }: Extract<Statement, { type: "for" }>, scope: Scope): Ended {
    const [next, state, first] = this.#values(values, scope);
    let control = first;
    for (;;) {
      this.#world.call.countSteps(1);
      const results = this.call(next, [state, control]);
      [control] = results;
      if (control === undefined) return undefined;
      const inner = this.#scopeIn(scope);
      for (const [index, name] of names.entries())
        inner.variables.set(name, { value: results[index] });
      const ended = this.#block(block, inner);
      if (ended?.type === "break") return undefined;
      if (ended !== undefined) return ended;
    }
  }

  #assign(target: Expression, value: LuaValue, scope: Scope): void {
    const world = this.#world;
    if (target.type === "name") {
      const found = find(scope, target.name);
      if (world.isChild && found?.isChild !== true)
        return unknown(world, "a child process that changes variables");
      if (found === undefined) this.#globals.set(target.name, value);
      else found.cell.value = value;
      return;
    }
    if (target.type !== "index") return;
    if (world.isChild) return unknown(world, "a child process that changes tables");
    const object = this.#single(target.object, scope);
    const key = this.#single(target.key, scope);
    if (typeof object !== "object" || object.type !== "table")
      throw new LuaError(this.#located(`attempt to index a ${typeOf(object)} value`));
    if (key === undefined || Number.isNaN(key))
      throw new LuaError(this.#located("index is nil or NaN"));
    object.set(key, value);
  }

  /** The values of a list: the last expression may give several. */
  #values(expressions: readonly Expression[], scope: Scope): readonly LuaValue[] {
    const last = expressions.at(-1);
    if (last === undefined) return [];
    const values = expressions.slice(0, -1).map((each) => this.#single(each, scope));
    const more = this.#several(last, scope);
    return values.length === 0 ? more : [...values, ...more];
  }

  #several(expression: Expression, scope: Scope): readonly LuaValue[] {
    if (expression.type === "call") return this.#call(expression, scope);
    if (expression.type !== "varargs") return [this.#single(expression, scope)];
    return scope.varargs ?? [];
  }

  #single(expression: Expression, scope: Scope): LuaValue {
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
        const found = find(scope, expression.name);
        return found === undefined ? this.#globals.get(expression.name) : found.cell.value;
      }
      case "varargs":
      case "call":
        return this.#several(expression, scope)[0];
      case "single":
        return this.#single(expression.inner, scope);
      case "index":
        return this.#index(this.#single(expression.object, scope), {
          key: this.#single(expression.key, scope),
          line: expression.line,
        });
      case "function":
        return this.#function(expression.body, scope);
      case "unary":
        return this.#unary(expression.operator, this.#single(expression.operand, scope));
      case "binary":
        return this.#binary(expression, scope);
      case "table":
        return this.#table(expression.fields, scope);
    }
  }

  #index(
    object: LuaValue,
    { key, line }: { readonly key: LuaValue; readonly line: number },
  ): LuaValue {
    if (typeof object === "string") return this.#strings.get(key);
    if (typeof object === "object")
      return object.type === "table" ? object.get(key) : object.methods.get(key);
    this.#world.line = line;
    const name = typeof key === "string" ? ` (field '${key}')` : "";
    throw new LuaError(this.#located(`attempt to index a ${typeOf(object)} value${name}`));
  }

  #call(expression: CallExpression, scope: Scope): readonly LuaValue[] {
    const { callee, method, args, line } = expression;
    const object = this.#single(callee, scope);
    const target = method === undefined ? object : this.#index(object, { key: method, line });
    const values = this.#values(args, scope);
    this.#world.line = line;
    this.#world.call.countSteps(1 + values.length);
    if (target === this.#fork) return unknown(this.#world, "posix.fork in an expression");
    return this.call(target, method === undefined ? values : [object, ...values]);
  }

  #function(body: FunctionBody, scope: Scope): LuaFunction {
    return (args) => {
      const rest = body.hasVarargs ? args.slice(body.parameters.length) : undefined;
      const inner = new Scope(scope, rest, this.#world.isChild);
      for (const [index, name] of body.parameters.entries())
        inner.variables.set(name, { value: args[index] });
      const ended = this.#block(body.block, inner);
      return ended?.type === "return" ? ended.values : [];
    };
  }

  #table(fields: readonly TableField[], scope: Scope): LuaTable {
    const table = new LuaTable();
    let next = 1;
    for (const [index, { key, value }] of fields.entries()) {
      this.#world.call.countSteps(1);
      if (key !== undefined) {
        const at = this.#single(key, scope);
        if (at === undefined) throw new LuaError(this.#located("index is nil"));
        table.set(at, this.#single(value, scope));
        continue;
      }
      const values =
        index === fields.length - 1 ? this.#several(value, scope) : [this.#single(value, scope)];
      for (const each of values) table.set(next++, each);
    }
    return table;
  }

  #unary(operator: string, value: LuaValue): LuaValue {
    if (operator === "not") return !isTrue(value);
    if (operator === "#") {
      if (typeof value === "string") return value.length;
      if (typeof value === "object" && value.type === "table") return value.length;
      throw new LuaError(this.#located(`attempt to get length of a ${typeOf(value)} value`));
    }
    if (operator === "~") return unknown(this.#world, "operators on bits");
    return -this.#number(value);
  }

  #binary(expression: Extract<Expression, { type: "binary" }>, scope: Scope): LuaValue {
    const { operator, line } = expression;
    const left = this.#single(expression.left, scope);
    if (operator === "and") return isTrue(left) ? this.#single(expression.right, scope) : left;
    if (operator === "or") return isTrue(left) ? left : this.#single(expression.right, scope);
    const right = this.#single(expression.right, scope);
    this.#world.line = line;
    switch (operator) {
      case "==":
        return left === right;
      case "~=":
        return left !== right;
      case "<":
        return this.#isLess(left, right);
      case ">":
        return this.#isLess(right, left);
      case "<=":
        return !this.#isLess(right, left);
      case ">=":
        return !this.#isLess(left, right);
      case "..": {
        const [one, other] = [toText(left), toText(right)];
        if (one !== undefined && other !== undefined) return counted(this.#world, one + other);
        const wrong = one === undefined ? left : right;
        throw new LuaError(this.#located(`attempt to concatenate a ${typeOf(wrong)} value`));
      }
      case "+":
        return this.#number(left) + this.#number(right);
      case "-":
        return this.#number(left) - this.#number(right);
      case "*":
        return this.#number(left) * this.#number(right);
      case "%": {
        const divisor = this.#number(right);
        if (divisor === 0) throw new LuaError(this.#located("attempt to perform 'n%%0'"));
        const rest = this.#number(left) % divisor;
        return rest !== 0 && rest < 0 !== divisor < 0 ? rest + divisor : rest;
      }
      case "//": {
        const divisor = this.#number(right);
        if (divisor === 0) throw new LuaError(this.#located("attempt to perform 'n//0'"));
        return Math.floor(this.#number(left) / divisor);
      }
      default:
        // Of a division Lua writes `2.0`, which numbers here do not tell from `2`.
        return unknown(this.#world, `the operator ${operator}`);
    }
  }

  #number(value: LuaValue): number {
    const number = toNumber(value);
    if (number === undefined)
      throw new LuaError(
        this.#located(`attempt to perform arithmetic on a ${typeOf(value)} value`),
      );
    return number;
  }

  #isLess(left: LuaValue, right: LuaValue): boolean {
    if (typeof left === "number" && typeof right === "number") return left < right;
    if (typeof left === "string" && typeof right === "string") return left < right;
    throw new LuaError(this.#located(`attempt to compare ${typeOf(left)} with ${typeOf(right)}`));
  }
}

function find(
  scope: Scope,
  name: string,
): { readonly cell: Cell; readonly isChild: boolean } | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.above) {
    const cell = at.variables.get(name);
    if (cell !== undefined) return { cell, isChild: at.isChild };
  }
  return undefined;
}
