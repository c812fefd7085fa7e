import { Evaluator, type LuaLibrary } from "./evaluator.ts";
import { type Cell, findVariable, Scope } from "./scope.ts";
import type { Block, Expression, FunctionBody, Statement } from "./tree.ts";
import { isTrue, type LuaFunction, type LuaValue } from "./value.ts";
import { ChildEnded, lineError, type LuaWorld, unknown } from "./world.ts";

/** What a fork gives to the parent: a process number that no script compares with another. */
const CHILD_PID = 1001;

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
  readonly #fork: LuaFunction;
  readonly #evaluator: Evaluator;

  constructor(world: LuaWorld, library: LuaLibrary) {
    this.#world = world;
    this.#fork = library.fork;
    this.#evaluator = new Evaluator(world, library, (body, scope) => this.#function(body, scope));
  }

  run(block: Block): void {
    this.#block(block, new Scope(undefined, [], false));
  }

  call(callee: LuaValue, args: readonly LuaValue[]): readonly LuaValue[] {
    return this.#evaluator.call(callee, args);
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
    if (this.#evaluator.single(value.callee, scope) !== this.#fork) return undefined;
    const [target] = statement.type === "local" ? statement.names : statement.targets;
    if (typeof target === "string") {
      const cell: Cell = { value: undefined };
      scope.variables.set(target, cell);
      return cell;
    }
    const found = target?.type === "name" ? findVariable(scope, target.name)?.cell : undefined;
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
        const values = this.#evaluator.values(statement.values, scope);
        for (const [index, name] of statement.names.entries())
          scope.variables.set(name, { value: values[index] });
        return undefined;
      }
      case "assign": {
        // What is assigned to is found before anything is assigned.
        const places = statement.targets.map((target) => this.#evaluator.place(target, scope));
        const values = this.#evaluator.values(statement.values, scope);
        for (const [index, assign] of places.entries()) assign(values[index]);
        return undefined;
      }
      case "call":
        this.#evaluator.single(statement.call, scope);
        return undefined;
      case "do":
        return this.#inner(statement.block, scope);
      case "while":
        while (isTrue(this.#evaluator.single(statement.condition, scope))) {
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
          if (isTrue(this.#evaluator.single(statement.condition, inner))) return undefined;
          this.#world.call.countSteps(1);
        }
      case "if": {
        const taken = statement.branches.find(({ condition }) =>
          isTrue(this.#evaluator.single(condition, scope)),
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
        return { type: "return", values: this.#evaluator.values(statement.values, scope) };
      case "break":
        return { type: "break" };
    }
  }

  #count(
    { name, from, to, step, block }: Extract<Statement, { type: "count" }>,
    scope: Scope,
  ): Ended {
    const number = (expression: Expression, what: string): number => {
      const value = this.#evaluator.single(expression, scope);
      if (typeof value === "number") return value;
      throw lineError(this.#world, `'for' ${what} must be a number`);
    };
    const start = number(from, "initial value");
    const end = number(to, "limit");
    const by = step === undefined ? 1 : number(step, "step");
    if (by === 0) throw lineError(this.#world, "'for' step is zero");
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
    const [next, state, first] = this.#evaluator.values(values, scope);
    let control = first;
    for (;;) {
      this.#world.call.countSteps(1);
      const results = this.#evaluator.call(next, [state, control]);
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
}
