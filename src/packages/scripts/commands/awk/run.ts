import { fromBytes } from "../../bytes.ts";
import type { CommandCall, Output } from "../../command.ts";
import { Regex } from "../../regex/regex.ts";
import { RootError } from "../../root.ts";
import { callFunction, formatted, replaceMatches } from "./functions.ts";
import { AwkMemory } from "./memory.ts";
import { RecordReader, splitFields } from "./records.ts";
import {
  AwkError,
  type AwkExpression,
  type AwkFunction,
  type AwkProgram,
  type AwkRule,
  type AwkStatement,
  type AwkTarget,
} from "./tree.ts";
import { type AwkValue, compareValues, inputValue, isTrue, toNumber, toText } from "./value.ts";

/** How a statement ends, when not by going on. */
type Leave =
  | { readonly type: "next" | "nextfile" | "break" | "continue" }
  | { readonly type: "exit" }
  | { readonly type: "return"; readonly value: AwkValue };

const DEEPEST_CALL = 150;

/** A program at work. */
export class AwkRun {
  readonly #call: CommandCall;
  readonly #program: AwkProgram;
  readonly #regexes = new Map<string, Regex>();
  readonly #outputs = new Map<string, Output>();
  readonly #readers = new Map<string, RecordReader>();
  readonly #activeRanges = new Set<number>();
  readonly #operands: string[];
  #input: RecordReader | undefined;
  #hasInput = false;
  #status = 0;
  readonly memory: AwkMemory;

  constructor(call: CommandCall, program: AwkProgram, operands: readonly string[]) {
    this.#call = call;
    this.#program = program;
    this.#operands = [...operands];
    this.memory = new AwkMemory((record) => this.#split(record, this.memory.text("FS")));
    const environment = this.memory.array("ENVIRON");
    for (const [name, value] of call.env) environment.set(name, inputValue(value));
    const argv = this.memory.array("ARGV");
    for (const [index, value] of ["awk", ...operands].entries()) {
      argv.set(String(index), inputValue(value));
    }
    this.memory.set("ARGC", operands.length + 1);
  }

  /** Gives the exit status. */
  run(): number {
    const { rules } = this.#program;
    let leave = this.#rules(rules.filter(({ pattern }) => pattern.type === "begin"));
    const main = rules.filter(({ pattern }) => !["begin", "end"].includes(pattern.type));
    const last = rules.filter(({ pattern }) => pattern.type === "end");
    if (leave?.type !== "exit" && main.length + last.length > 0) {
      while (leave?.type !== "exit") {
        const record = this.#nextRecord();
        if (record === undefined) break;
        this.memory.setRecord(record);
        leave = this.#rules(main);
        if (leave?.type === "nextfile") this.#input = undefined;
      }
    }
    // `exit` leads to END, also from BEGIN.
    this.#rules(last);
    return this.#status;
  }

  #rules(rules: readonly AwkRule[]): Leave | undefined {
    for (const rule of rules) {
      this.#call.countSteps(1);
      if (!this.#selects(rule)) continue;
      if (rule.action === undefined) this.#print([], this.#call.stdout);
      const leave = rule.action === undefined ? undefined : this.#execute(rule.action);
      if (leave !== undefined) return leave;
    }
    return undefined;
  }

  #selects({ pattern }: AwkRule): boolean {
    if (pattern.type === "expression") return this.#test(pattern.expression);
    if (pattern.type !== "range") return true;
    const { index, from, to } = pattern;
    if (!this.#activeRanges.has(index)) {
      if (!this.#test(from)) return false;
      this.#activeRanges.add(index);
    }
    if (this.#test(to)) this.#activeRanges.delete(index);
    return true;
  }

  #execute(statement: AwkStatement): Leave | undefined {
    this.#call.countSteps(1);
    switch (statement.type) {
      case "block":
        for (const each of statement.statements) {
          const leave = this.#execute(each);
          if (leave !== undefined) return leave;
        }
        return undefined;
      case "expression":
        this.#value(statement.expression);
        return undefined;
      case "print":
        this.#performPrint(statement);
        return undefined;
      case "if":
        if (this.#test(statement.test)) return this.#execute(statement.yes);
        return statement.no === undefined ? undefined : this.#execute(statement.no);
      case "while":
      case "do":
      case "for":
        return this.#loop(statement);
      case "for-in": {
        for (const key of Array.from(this.memory.array(statement.array).keys())) {
          this.memory.set(statement.name, inputValue(key));
          const leave = this.#execute(statement.body);
          if (leave?.type === "break") break;
          if (leave !== undefined && leave.type !== "continue") return leave;
        }
        return undefined;
      }
      case "delete": {
        const array = this.memory.array(statement.array);
        if (statement.index === undefined) array.clear();
        else array.delete(this.#key(statement.index));
        return undefined;
      }
      case "next":
      case "nextfile":
      case "break":
      case "continue":
        return { type: statement.type };
      case "exit":
        if (statement.value !== undefined)
          this.#status = toNumber(this.#value(statement.value)) & 0xff;
        return { type: "exit" };
      case "return": {
        const value = statement.value === undefined ? undefined : this.#value(statement.value);
        return { type: "return", value };
      }
    }
  }

  #loop(statement: AwkStatement & { type: "while" | "do" | "for" }): Leave | undefined {
    if (statement.type === "for" && statement.start !== undefined) this.#execute(statement.start);
    let isFirst = statement.type === "do";
    for (;;) {
      this.#call.countSteps(1);
      if (!isFirst && statement.test !== undefined && !this.#test(statement.test)) return undefined;
      isFirst = false;
      const leave = this.#execute(statement.body);
      if (leave?.type === "break") return undefined;
      if (leave !== undefined && leave.type !== "continue") return leave;
      if (statement.type === "for" && statement.step !== undefined) this.#execute(statement.step);
    }
  }

  #performPrint({ isFormatted, values, to }: AwkStatement & { type: "print" }): void {
    const shown = values.map((value) => this.#value(value));
    const output =
      to === undefined ? this.#call.stdout : this.#output(toText(this.#value(to.file)), to.access);
    if (isFormatted) output.write(this.#formatted(shown));
    else this.#print(shown, output);
  }

  #print(values: readonly AwkValue[], output: Output): void {
    const texts = values.length === 0 ? [this.memory.record()] : values.map(toText);
    output.write(texts.join(this.memory.text("OFS")) + this.memory.text("ORS"));
  }

  #formatted(values: readonly AwkValue[]): string {
    return formatted(values, (conversion) =>
      this.#call.unsupported(`${conversion} of awk's printf`),
    );
  }

  #output(name: string, access: "write" | "append"): Output {
    const known = this.#outputs.get(name);
    if (known !== undefined) return known;
    const output = this.#call.openOutput(name, access);
    this.#outputs.set(name, output);
    return output;
  }

  #test(expression: AwkExpression): boolean {
    return isTrue(this.#value(expression));
  }

  #value(expression: AwkExpression): AwkValue {
    this.#call.countSteps(1);
    switch (expression.type) {
      case "number":
      case "text":
        return expression.value;
      case "group":
        return this.#value(expression.value);
      case "regex":
        return Number(this.#regex(expression.source).test(this.memory.record()));
      case "variable":
        return this.memory.get(expression.name);
      case "field":
        return this.memory.field(toNumber(this.#value(expression.number)));
      case "element": {
        const array = this.memory.array(expression.array);
        const key = this.#key(expression.index);
        if (!array.has(key)) array.set(key, undefined);
        return array.get(key);
      }
      case "in":
        return Number(this.memory.array(expression.array).has(this.#key(expression.index)));
      case "unary":
        return this.#unary(expression);
      case "binary":
        return this.#binary(expression);
      case "match": {
        const text = toText(this.#value(expression.text));
        const isMatch = this.#regexOf(expression.pattern).test(text);
        return Number(isMatch !== expression.isNegated);
      }
      case "condition":
        return this.#value(this.#test(expression.test) ? expression.yes : expression.no);
      case "assign": {
        const right = this.#value(expression.value);
        const { operator, target } = expression;
        const value =
          operator === "="
            ? right
            : calculate(operator.slice(0, -1), toNumber(this.#value(target)), toNumber(right));
        this.#assign(target, value);
        return value;
      }
      case "step": {
        const before = toNumber(this.#value(expression.target));
        this.#assign(expression.target, before + expression.by);
        return expression.isBefore ? before + expression.by : before;
      }
      case "call":
        return this.#callFunction(expression.name, expression.args);
      case "getline":
        return this.#getline(expression);
    }
  }

  #unary({ operator, operand }: AwkExpression & { type: "unary" }): AwkValue {
    const value = this.#value(operand);
    if (operator === "!") return Number(!isTrue(value));
    return operator === "-" ? -toNumber(value) : toNumber(value);
  }

  #binary({ operator, left, right }: AwkExpression & { type: "binary" }): AwkValue {
    if (operator === "&&") return Number(this.#test(left) && this.#test(right));
    if (operator === "||") return Number(this.#test(left) || this.#test(right));
    const first = this.#value(left);
    const second = this.#value(right);
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
    if (target.type === "variable") this.memory.set(target.name, value);
    else if (target.type === "field")
      this.memory.setField(toNumber(this.#value(target.number)), value);
    else this.memory.array(target.array).set(this.#key(target.index), value);
  }

  #key(index: readonly AwkExpression[]): string {
    return index.map((each) => toText(this.#value(each))).join(this.memory.text("SUBSEP"));
  }

  #regex(source: string): Regex {
    const known = this.#regexes.get(source);
    if (known !== undefined) return known;
    const countSteps = (steps: number): void => this.#call.countSteps(steps);
    const regex = new Regex(source, { dialect: "awk", countSteps });
    this.#regexes.set(source, regex);
    return regex;
  }

  #regexOf(expression: AwkExpression): Regex {
    if (expression.type === "regex") return this.#regex(expression.source);
    return this.#regex(toText(this.#value(expression)));
  }

  #split(record: string, separator: string | Regex): readonly string[] {
    return splitFields(record, separator, (source) => this.#regex(source));
  }

  #callFunction(name: string, args: readonly AwkExpression[]): AwkValue {
    const own = this.#program.functions.get(name);
    if (own !== undefined) return this.#callOwn(own, name, args);
    const [first, second, third] = args;
    switch (name) {
      case "length":
        if (first === undefined) return this.memory.record().length;
        if (first.type === "variable" && this.memory.isArray(first.name)) {
          return this.memory.array(first.name).size;
        }
        return toText(this.#value(first)).length;
      case "split":
        return this.#splitInto(first, second, third);
      case "sub":
      case "gsub":
        return this.#substitute(name === "gsub", args);
      case "match":
        return this.#match(first, second);
      case "sprintf":
        return this.#formatted(args.map((arg) => this.#value(arg)));
      case "close": {
        const file = first === undefined ? "" : toText(this.#value(first));
        const isKnown = this.#outputs.delete(file) || this.#readers.delete(file);
        return isKnown ? 0 : -1;
      }
      case "fflush":
        return 0;
      default: {
        const values = args.map((arg) => this.#value(arg));
        return callFunction(name, values) ?? this.#call.unsupported(`the function ${name} of awk`);
      }
    }
  }

  #callOwn(own: AwkFunction, name: string, args: readonly AwkExpression[]): AwkValue {
    if (args.length > own.parameters.length)
      throw new AwkError(`function ${name} called with too many args`);
    if (this.memory.frames.length >= DEEPEST_CALL) throw new AwkError("functions called too deep");
    const frame = new Map(
      own.parameters.map((parameter, index) => {
        const arg = args[index];
        if (arg === undefined) return [parameter, {}] as const;
        if (arg.type !== "variable") return [parameter, { value: this.#value(arg) }] as const;
        if (this.memory.isArray(arg.name)) {
          return [parameter, { array: this.memory.array(arg.name) }] as const;
        }
        const value = this.memory.get(arg.name);
        if (value !== undefined) return [parameter, { value }] as const;
        return [parameter, { array: undefined, makeArray: this.#arrayMaker(arg.name) }] as const;
      }),
    );
    this.memory.frames.push(frame);
    const leave = this.#execute(own.body);
    this.memory.frames.pop();
    if (leave?.type === "return") return leave.value;
    if (leave?.type === "exit") throw new AwkError("exit within a function is not supported");
    return undefined;
  }

  /** Makes an array for a variable of the caller, once the function uses it as one. */
  #arrayMaker(name: string): () => Map<string, AwkValue> {
    const depth = this.memory.frames.length;
    return () => {
      const inner = this.memory.frames.splice(depth);
      const array = this.memory.array(name);
      this.memory.frames.push(...inner);
      return array;
    };
  }

  #splitInto(
    text: AwkExpression | undefined,
    target: AwkExpression | undefined,
    separator: AwkExpression | undefined,
  ): number {
    if (text === undefined || target?.type !== "variable") throw new AwkError("bad use of split");
    const source = toText(this.#value(text));
    let by: string | Regex = this.memory.text("FS");
    if (separator?.type === "regex") by = this.#regex(separator.source);
    else if (separator !== undefined) by = toText(this.#value(separator));
    const fields = this.#split(source, by);
    const array = this.memory.array(target.name);
    array.clear();
    for (const [index, field] of fields.entries()) array.set(String(index + 1), inputValue(field));
    return fields.length;
  }

  #substitute(isGlobal: boolean, args: readonly AwkExpression[]): number {
    const [pattern, replacement, target = { type: "field", number: { type: "number", value: 0 } }] =
      args;
    if (pattern === undefined || replacement === undefined) throw new AwkError("bad use of sub");
    const text = toText(this.#value(target));
    const options = { replacement: toText(this.#value(replacement)), isGlobal };
    const { text: replaced, count } = replaceMatches(text, this.#regexOf(pattern), options);
    const isTarget =
      target.type === "field" || target.type === "variable" || target.type === "element";
    if (count > 0 && isTarget) this.#assign(target, replaced);
    return count;
  }

  #match(text: AwkExpression | undefined, pattern: AwkExpression | undefined): number {
    if (text === undefined || pattern === undefined) throw new AwkError("bad use of match");
    const found = this.#regexOf(pattern).exec(toText(this.#value(text)));
    const start = found === undefined ? 0 : found.start + 1;
    this.memory.set("RSTART", start);
    this.memory.set("RLENGTH", found === undefined ? -1 : found.end - found.start);
    return start;
  }

  #getline({ target, file }: AwkExpression & { type: "getline" }): number {
    let record: string | undefined;
    if (file === undefined) record = this.#nextRecord();
    else {
      const name = toText(this.#value(file));
      try {
        const reader = this.#readers.get(name) ?? new RecordReader(this.#read(name));
        this.#readers.set(name, reader);
        record = reader.next(this.memory.text("RS"), (source) => this.#regex(source));
      } catch (error) {
        if (error instanceof RootError) return -1;
        throw error;
      }
    }
    if (record === undefined) return 0;
    if (target === undefined) this.memory.setRecord(record);
    else this.#assign(target, inputValue(record));
    return 1;
  }

  /** The next record of the operands; counts it. */
  #nextRecord(): string | undefined {
    for (;;) {
      const record = this.#input?.next(this.memory.text("RS"), (source) => this.#regex(source));
      if (record !== undefined) {
        this.#hasInput = true;
        this.#call.countSteps(1);
        this.memory.set("NR", toNumber(this.memory.get("NR")) + 1);
        this.memory.set("FNR", toNumber(this.memory.get("FNR")) + 1);
        return record;
      }
      if (!this.#openNext()) return undefined;
    }
  }

  #openNext(): boolean {
    for (
      let operand = this.#operands.shift();
      operand !== undefined;
      operand = this.#operands.shift()
    ) {
      if (operand === "") continue;
      const assignment = /^([A-Za-z_]\w*)=([^]*)$/.exec(operand);
      if (assignment !== null) {
        this.memory.set(assignment[1] ?? "", inputValue(assignment[2] ?? ""));
        continue;
      }
      this.#input = new RecordReader(this.#read(operand));
      this.memory.set("FILENAME", operand);
      this.memory.set("FNR", 0);
      this.#hasInput = true;
      return true;
    }
    if (this.#hasInput) return false;
    this.#hasInput = true;
    this.#input = new RecordReader(this.#read("-"));
    return true;
  }

  #read(name: string): string {
    return fromBytes(name === "-" ? this.#call.stdin.readAll() : this.#call.readFile(name));
  }
}

function calculate(operator: string, left: number, right: number): number {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      if (right === 0) throw new AwkError("division by zero");
      return left / right;
    case "%":
      if (right === 0) throw new AwkError("division by zero in %");
      return left % right;
    default:
      return left ** right;
  }
}
