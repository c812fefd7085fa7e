import { fromBytes } from "../../bytes.ts";
import type { CommandCall, Output } from "../../command.ts";
import type { AwkArray, AwkMemory } from "./memory.ts";
import { RecordReader } from "./records.ts";
import type { AwkRegexes } from "./regexes.ts";
import { inputValue, toNumber, toText } from "./value.ts";

/** What a program reads from and writes to. */
export class AwkFiles {
  readonly #call: CommandCall;
  readonly #memory: AwkMemory;
  readonly #regexes: AwkRegexes;
  readonly #outputs = new Map<string, Output>();
  readonly #readers = new Map<string, RecordReader>();
  readonly #argv: AwkArray;
  #next = 1;
  #input: RecordReader | undefined;
  #hasInput = false;

  /** `argv` holds files, and assignments to variables between them; a program may change it. */
  constructor(
    call: CommandCall,
    {
      memory,
      regexes,
      argv,
    }: {
      readonly memory: AwkMemory;
      readonly regexes: AwkRegexes;
      readonly argv: AwkArray;
    },
  ) {
    this.#call = call;
    this.#memory = memory;
    this.#regexes = regexes;
    this.#argv = argv;
  }

  /** The next record of the operands, which is counted; undefined after the last one. */
  next(): string | undefined {
    for (;;) {
      const record = this.#input?.next(this.#memory.text("RS"), (source) =>
        this.#regexes.of(source),
      );
      if (record !== undefined) {
        this.#hasInput = true;
        this.#call.countSteps();
        this.#memory.set("NR", toNumber(this.#memory.get("NR")) + 1);
        this.#memory.set("FNR", toNumber(this.#memory.get("FNR")) + 1);
        return record;
      }
      if (!this.#openNext()) return undefined;
    }
  }

  /** The rest of the operand at work is passed over. */
  skipRest(): void {
    this.#input = undefined;
  }

  /** The next record of a file that is read beside the operands. May throw `RootError`. */
  nextOf(name: string): string | undefined {
    const reader = this.#readers.get(name) ?? new RecordReader(this.#read(name));
    this.#readers.set(name, reader);
    return reader.next(this.#memory.text("RS"), (source) => this.#regexes.of(source));
  }

  /** A file to write to, which is opened once. */
  output(name: string, access: "write" | "append"): Output {
    const known = this.#outputs.get(name);
    if (known !== undefined) return known;
    const output = this.#call.openOutput(name, access);
    this.#outputs.set(name, output);
    return output;
  }

  /** Whether the file was open. */
  close(name: string): boolean {
    return this.#outputs.delete(name) || this.#readers.delete(name);
  }

  #openNext(): boolean {
    while (this.#next < toNumber(this.#memory.get("ARGC"))) {
      const operand = toText(this.#argv.get(String(this.#next++)));
      if (operand === "") continue;
      const assignment = /^([A-Za-z_]\w*)=([^]*)$/.exec(operand);
      if (assignment !== null) {
        this.#memory.set(assignment[1] ?? "", inputValue(assignment[2] ?? ""));
        continue;
      }
      this.#input = new RecordReader(this.#read(operand));
      this.#memory.set("FILENAME", operand);
      this.#memory.set("FNR", 0);
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
