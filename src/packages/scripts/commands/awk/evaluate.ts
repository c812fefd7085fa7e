import type { CommandCall } from "../../command.ts";
import type { Regex } from "../../regex/regex.ts";
import { RootError } from "../../root.ts";
import type { AwkFiles } from "./files.ts";
import { callFunction, formatted, replaceMatches } from "./functions.ts";
import type { AwkMemory } from "./memory.ts";
import { splitFields } from "./records.ts";
import type { AwkRegexes } from "./regexes.ts";
import {
  AwkError,
  type AwkExpression,
  type AwkFunction,
  type AwkStatement,
  type AwkTarget,
} from "./tree.ts";
import {
  type AwkValue,
  calculate,
  compareValues,
  inputValue,
  isTrue,
  toNumber,
  toText,
} from "./value.ts";

const DEEPEST_CALL = 150;

/** What expressions of a program work with. */
interface Parts {
  readonly memory: AwkMemory;
  readonly regexes: AwkRegexes;
  readonly files: AwkFiles;
  /** Those of the program, by their names. */
  readonly functions: ReadonlyMap<string, AwkFunction>;
  /** Runs the body of a function, and gives what it returns. */
  readonly runBody: (body: AwkStatement) => AwkValue;
}

/** Gives expressions their values, and values to what is assigned to. */
export class AwkEvaluator {
  readonly #call: CommandCall;
  readonly #parts: Parts;

  constructor(call: CommandCall, parts: Parts) {
    this.#call = call;
    this.#parts = parts;
  }

  /** Whether an expression is true. */
  test(expression: AwkExpression): boolean {
    return isTrue(this.value(expression));
  }

  /** What an expression gives. */
  value(expression: AwkExpression): AwkValue {
    this.#call.countSteps();
    switch (expression.type) {
      case "number":
      case "text":
        return expression.value;
      case "group":
        return this.value(expression.value);
      case "regex":
        return Number(this.#parts.regexes.of(expression.source).test(this.#parts.memory.record()));
      case "variable":
        return this.#parts.memory.get(expression.name);
      case "field":
        return this.#parts.memory.field(toNumber(this.value(expression.number)));
      case "element": {
        const array = this.#parts.memory.array(expression.array);
        const key = this.key(expression.index);
        if (!array.has(key)) array.set(key, undefined);
        return array.get(key);
      }
      case "in":
        return Number(this.#parts.memory.array(expression.array).has(this.key(expression.index)));
      case "unary":
        return this.#unary(expression);
      case "binary":
        return this.#binary(expression);
      case "match": {
        const text = toText(this.value(expression.text));
        const isMatch = this.#regexOf(expression.pattern).test(text);
        return Number(isMatch !== expression.isNegated);
      }
      case "condition":
        return this.value(this.test(expression.test) ? expression.yes : expression.no);
      case "assign": {
        const right = this.value(expression.value);
        const { operator, target } = expression;
        const value =
          operator === "="
            ? right
            : calculate(operator.slice(0, -1), toNumber(this.value(target)), toNumber(right));
        this.#assign(target, value);
        return value;
      }
      case "step": {
        const before = toNumber(this.value(expression.target));
        this.#assign(expression.target, before + expression.by);
        return expression.isBefore ? before + expression.by : before;
      }
      case "call":
        return this.#callFunction(expression.name, expression.args);
      case "getline":
        return this.#getline(expression);
    }
  }

  /** The key that a list of values makes in an array. */
  key(index: readonly AwkExpression[]): string {
    return index.map((each) => toText(this.value(each))).join(this.#parts.memory.text("SUBSEP"));
  }

  /** As `printf` writes values. */
  formatted(values: readonly AwkValue[]): string {
    return formatted(values, (conversion) =>
      this.#call.unsupported(`${conversion} of awk's printf`),
    );
  }

  #unary({ operator, operand }: AwkExpression & { type: "unary" }): AwkValue {
    const value = this.value(operand);
    if (operator === "!") return Number(!isTrue(value));
    return operator === "-" ? -toNumber(value) : toNumber(value);
  }

  #binary({ operator, left, right }: AwkExpression & { type: "binary" }): AwkValue {
    if (operator === "&&") return Number(this.test(left) && this.test(right));
    if (operator === "||") return Number(this.test(left) || this.test(right));
    const first = this.value(left);
    const second = this.value(right);
    if (operator === "concat") {
      const text = toText(first) + toText(second);
      this.#call.countSteps(text.length >> 8);
      return text;
    }
    if (!/[<>=]/.test(operator)) return calculate(operator, toNumber(first), toNumber(second));
    const order = compareValues(first, second);
    if (operator === "==") return Number(order === 0);
    if (operator === "!=") return Number(order !== 0);
    if (operator.startsWith("<")) return Number(order < 0 || (operator === "<=" && order === 0));
    return Number(order > 0 || (operator === ">=" && order === 0));
  }

  #assign(target: AwkTarget, value: AwkValue): void {
    if (target.type === "variable") this.#parts.memory.set(target.name, value);
    else if (target.type === "field")
      this.#parts.memory.setField(toNumber(this.value(target.number)), value);
    else this.#parts.memory.array(target.array).set(this.key(target.index), value);
  }

  #regexOf(expression: AwkExpression): Regex {
    if (expression.type === "regex") return this.#parts.regexes.of(expression.source);
    return this.#parts.regexes.of(toText(this.value(expression)));
  }

  #callFunction(name: string, args: readonly AwkExpression[]): AwkValue {
    const own = this.#parts.functions.get(name);
    if (own !== undefined) return this.#callOwn(own, name, args);
    const [first, second, third] = args;
    switch (name) {
      case "length":
        if (first === undefined) return this.#parts.memory.record().length;
        if (first.type === "variable" && this.#parts.memory.isArray(first.name)) {
          return this.#parts.memory.array(first.name).size;
        }
        return toText(this.value(first)).length;
      case "split":
        return this.#splitInto(first, second, third);
      case "sub":
      case "gsub":
        return this.#substitute(name === "gsub", args);
      case "match":
        return this.#match(first, second);
      case "sprintf":
        return this.formatted(args.map((arg) => this.value(arg)));
      case "close": {
        const file = first === undefined ? "" : toText(this.value(first));
        return this.#parts.files.close(file) ? 0 : -1;
      }
      case "fflush":
        return 0;
      default: {
        const values = args.map((arg) => this.value(arg));
        return callFunction(name, values) ?? this.#call.unsupported(`the function ${name} of awk`);
      }
    }
  }

  #callOwn(own: AwkFunction, name: string, args: readonly AwkExpression[]): AwkValue {
    if (args.length > own.parameters.length)
      throw new AwkError(`function ${name} called with too many args`);
    if (this.#parts.memory.frames.length >= DEEPEST_CALL)
      throw new AwkError("functions called too deep");
    const frame = new Map(
      own.parameters.map((parameter, index) => {
        const arg = args[index];
        if (arg === undefined) return [parameter, {}] as const;
        if (arg.type !== "variable") return [parameter, { value: this.value(arg) }] as const;
        if (this.#parts.memory.isArray(arg.name)) {
          return [parameter, { array: this.#parts.memory.array(arg.name) }] as const;
        }
        const value = this.#parts.memory.get(arg.name);
        if (value !== undefined) return [parameter, { value }] as const;
        return [parameter, { array: undefined, makeArray: this.#arrayMaker(arg.name) }] as const;
      }),
    );
    this.#parts.memory.frames.push(frame);
    const value = this.#parts.runBody(own.body);
    this.#parts.memory.frames.pop();
    return value;
  }

  /** Makes an array for a variable of the caller, once the function uses it as one. */
  #arrayMaker(name: string): () => Map<string, AwkValue> {
    const depth = this.#parts.memory.frames.length;
    return () => {
      const inner = this.#parts.memory.frames.splice(depth);
      const array = this.#parts.memory.array(name);
      this.#parts.memory.frames.push(...inner);
      return array;
    };
  }

  #splitInto(
    text: AwkExpression | undefined,
    target: AwkExpression | undefined,
    separator: AwkExpression | undefined,
  ): number {
    if (text === undefined || target?.type !== "variable") throw new AwkError("bad use of split");
    const source = toText(this.value(text));
    let by: string | Regex = this.#parts.memory.text("FS");
    if (separator?.type === "regex") by = this.#parts.regexes.of(separator.source);
    else if (separator !== undefined) by = toText(this.value(separator));
    const fields = splitFields(source, by, (each) => this.#parts.regexes.of(each));
    const array = this.#parts.memory.array(target.name);
    array.clear();
    for (const [index, field] of fields.entries()) array.set(String(index + 1), inputValue(field));
    return fields.length;
  }

  #substitute(isGlobal: boolean, args: readonly AwkExpression[]): number {
    const [pattern, replacement, target = { type: "field", number: { type: "number", value: 0 } }] =
      args;
    if (pattern === undefined || replacement === undefined) throw new AwkError("bad use of sub");
    const text = toText(this.value(target));
    const options = { replacement: toText(this.value(replacement)), isGlobal };
    const { text: replaced, count } = replaceMatches(text, this.#regexOf(pattern), options);
    const isTarget =
      target.type === "field" || target.type === "variable" || target.type === "element";
    if (count > 0 && isTarget) this.#assign(target, replaced);
    return count;
  }

  #match(text: AwkExpression | undefined, pattern: AwkExpression | undefined): number {
    if (text === undefined || pattern === undefined) throw new AwkError("bad use of match");
    const found = this.#regexOf(pattern).exec(toText(this.value(text)));
    const start = found === undefined ? 0 : found.start + 1;
    this.#parts.memory.set("RSTART", start);
    this.#parts.memory.set("RLENGTH", found === undefined ? -1 : found.end - found.start);
    return start;
  }

  #getline({ target, file }: AwkExpression & { type: "getline" }): number {
    let record: string | undefined;
    if (file === undefined) record = this.#parts.files.next();
    else {
      const name = toText(this.value(file));
      try {
        record = this.#parts.files.nextOf(name);
      } catch (error) {
        if (error instanceof RootError) return -1;
        throw error;
      }
    }
    if (record === undefined) return 0;
    if (target === undefined) this.#parts.memory.setRecord(record);
    else this.#assign(target, inputValue(record));
    return 1;
  }
}
