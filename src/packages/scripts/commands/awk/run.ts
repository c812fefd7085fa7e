import type { CommandCall, Output } from "../../command.ts";
import { AwkEvaluator } from "./evaluate.ts";
import { AwkFiles } from "./files.ts";
import { AwkMemory } from "./memory.ts";
import { splitFields } from "./records.ts";
import { AwkRegexes } from "./regexes.ts";
import { AwkError, type AwkProgram, type AwkRule, type AwkStatement } from "./tree.ts";
import { type AwkValue, inputValue, toNumber, toText } from "./value.ts";

/** How a statement ends, when not by going on. */
type Leave =
  | { readonly type: "next" | "nextfile" | "break" | "continue" }
  | { readonly type: "exit" }
  | { readonly type: "return"; readonly value: AwkValue };

/** A program at work. */
export class AwkRun {
  readonly #call: CommandCall;
  readonly #program: AwkProgram;
  readonly #files: AwkFiles;
  readonly #evaluator: AwkEvaluator;
  readonly #activeRanges = new Set<number>();
  #status = 0;
  readonly memory: AwkMemory;

  constructor(call: CommandCall, program: AwkProgram, operands: readonly string[]) {
    this.#call = call;
    this.#program = program;
    const regexes = new AwkRegexes((steps) => call.countSteps(steps));
    const memory = new AwkMemory((record) =>
      splitFields(record, memory.text("FS"), (source) => regexes.of(source)),
    );
    this.memory = memory;
    const argv = memory.array("ARGV");
    this.#files = new AwkFiles(call, { memory, regexes, argv });
    this.#evaluator = new AwkEvaluator(call, {
      memory,
      regexes,
      files: this.#files,
      functions: program.functions,
      runBody: (body) => this.#runBody(body),
    });
    const environment = this.memory.array("ENVIRON");
    for (const [name, value] of call.env) environment.set(name, inputValue(value));
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
        const record = this.#files.next();
        if (record === undefined) break;
        this.memory.setRecord(record);
        leave = this.#rules(main);
        if (leave?.type === "nextfile") this.#files.skipRest();
      }
    }
    // `exit` leads to END, also from BEGIN.
    this.#rules(last);
    return this.#status;
  }

  #rules(rules: readonly AwkRule[]): Leave | undefined {
    for (const rule of rules) {
      this.#call.countSteps();
      if (!this.#selects(rule)) continue;
      if (rule.action === undefined) this.#print([], this.#call.stdout);
      const leave = rule.action === undefined ? undefined : this.#execute(rule.action);
      if (leave !== undefined) return leave;
    }
    return undefined;
  }

  #selects({ pattern }: AwkRule): boolean {
    if (pattern.type === "expression") return this.#evaluator.test(pattern.expression);
    if (pattern.type !== "range") return true;
    const { index, from, to } = pattern;
    if (!this.#activeRanges.has(index)) {
      if (!this.#evaluator.test(from)) return false;
      this.#activeRanges.add(index);
    }
    if (this.#evaluator.test(to)) this.#activeRanges.delete(index);
    return true;
  }

  #execute(statement: AwkStatement): Leave | undefined {
    this.#call.countSteps();
    switch (statement.type) {
      case "block":
        for (const each of statement.statements) {
          const leave = this.#execute(each);
          if (leave !== undefined) return leave;
        }
        return undefined;
      case "expression":
        this.#evaluator.value(statement.expression);
        return undefined;
      case "print":
        this.#performPrint(statement);
        return undefined;
      case "if":
        if (this.#evaluator.test(statement.test)) return this.#execute(statement.yes);
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
        else array.delete(this.#evaluator.key(statement.index));
        return undefined;
      }
      case "next":
      case "nextfile":
      case "break":
      case "continue":
        return { type: statement.type };
      case "exit":
        if (statement.value !== undefined)
          this.#status = toNumber(this.#evaluator.value(statement.value)) & 0xff;
        return { type: "exit" };
      case "return": {
        const value =
          statement.value === undefined ? undefined : this.#evaluator.value(statement.value);
        return { type: "return", value };
      }
    }
  }

  #runBody(body: AwkStatement): AwkValue {
    const leave = this.#execute(body);
    if (leave?.type === "return") return leave.value;
    if (leave?.type === "exit") throw new AwkError("exit within a function is not supported");
    return undefined;
  }

  #loop(statement: AwkStatement & { type: "while" | "do" | "for" }): Leave | undefined {
    if (statement.type === "for" && statement.start !== undefined) this.#execute(statement.start);
    let isFirst = statement.type === "do";
    for (;;) {
      this.#call.countSteps();
      if (!isFirst && statement.test !== undefined && !this.#evaluator.test(statement.test))
        return undefined;
      isFirst = false;
      const leave = this.#execute(statement.body);
      if (leave?.type === "break") return undefined;
      if (leave !== undefined && leave.type !== "continue") return leave;
      if (statement.type === "for" && statement.step !== undefined) this.#execute(statement.step);
    }
  }

  #performPrint({ isFormatted, values, to }: AwkStatement & { type: "print" }): void {
    const shown = values.map((value) => this.#evaluator.value(value));
    const output =
      to === undefined
        ? this.#call.stdout
        : this.#files.output(toText(this.#evaluator.value(to.file)), to.access);
    if (isFormatted) output.write(this.#evaluator.formatted(shown));
    else this.#print(shown, output);
  }

  #print(values: readonly AwkValue[], output: Output): void {
    const texts = values.length === 0 ? [this.memory.record()] : values.map(toText);
    output.write(texts.join(this.memory.text("OFS")) + this.memory.text("ORS"));
  }
}
