import { AwkError } from "./tree.ts";
import { type AwkValue, inputValue, toNumber, toText } from "./value.ts";

export type AwkArray = Map<string, AwkValue>;

/** A variable of a function: a value, an array, or not yet either. */
interface Local {
  value?: AwkValue;
  array?: AwkArray;
  /** Called to give the array to who passed a variable that was nothing yet. */
  readonly makeArray?: () => AwkArray;
}

export type AwkFrame = Map<string, Local>;

const MOST_FIELDS = 100_000;

/** Variables, arrays and the fields of the record. */
export class AwkMemory {
  readonly #variables = new Map<string, AwkValue>();
  readonly #arrays = new Map<string, AwkArray>();
  /** Frames of the functions that are under way, the innermost last. */
  readonly frames: AwkFrame[] = [];
  readonly #split: (record: string) => readonly string[];
  #record = "";
  #fields: AwkValue[] | undefined = [];
  #isRecordOld = false;

  constructor(split: (record: string) => readonly string[]) {
    this.#split = split;
    const start = { FS: " ", OFS: " ", ORS: "\n", RS: "\n", SUBSEP: "\u001c", NR: 0, FNR: 0 };
    for (const [name, value] of Object.entries(start)) this.#variables.set(name, value);
  }

  get(name: string): AwkValue {
    const local = this.frames.at(-1)?.get(name);
    if (local !== undefined) return local.value;
    if (name === "NF") return this.#allFields().length;
    return this.#variables.get(name);
  }

  /** As text. */
  text(name: string): string {
    return toText(this.#variables.get(name));
  }

  set(name: string, value: AwkValue): void {
    const local = this.frames.at(-1)?.get(name);
    if (local !== undefined) {
      local.value = value;
      return;
    }
    if (name === "CONVFMT" || name === "OFMT") throw new AwkError(`${name} is not supported`);
    if (this.#arrays.has(name)) throw new AwkError(`type error: array ${name} used as a value`);
    if (name === "NF") this.#setFieldCount(toNumber(value));
    else this.#variables.set(name, value);
  }

  array(name: string): AwkArray {
    const local = this.frames.at(-1)?.get(name);
    if (local !== undefined) {
      local.array ??= local.makeArray?.() ?? new Map();
      return local.array;
    }
    const known = this.#arrays.get(name);
    if (known !== undefined) return known;
    if (this.#variables.has(name)) throw new AwkError(`type error: ${name} used as an array`);
    const array: AwkArray = new Map();
    this.#arrays.set(name, array);
    return array;
  }

  /** Whether a variable was used as an array, so that it is passed to a function as one. */
  isArray(name: string): boolean {
    const local = this.frames.at(-1)?.get(name);
    return local === undefined ? this.#arrays.has(name) : local.array !== undefined;
  }

  setRecord(record: string): void {
    this.#record = record;
    this.#fields = undefined;
    this.#isRecordOld = false;
  }

  record(): string {
    if (this.#isRecordOld) {
      this.#record = this.#allFields().map(toText).join(this.text("OFS"));
      this.#isRecordOld = false;
    }
    return this.#record;
  }

  field(number: number): AwkValue {
    if (number === 0) return inputValue(this.record());
    // A field that is not there is an empty text for mawk, which does not equal 0.
    return this.#allFields()[checkedField(number) - 1] ?? "";
  }

  setField(number: number, value: AwkValue): void {
    if (number === 0) {
      this.setRecord(toText(value));
      return;
    }
    const fields = this.#allFields();
    while (fields.length < checkedField(number)) fields.push("");
    fields[number - 1] = value;
    this.#isRecordOld = true;
  }

  #setFieldCount(count: number): void {
    const fields = this.#allFields();
    fields.length = Math.min(fields.length, checkedField(count));
    while (fields.length < count) fields.push("");
    this.#isRecordOld = true;
  }

  #allFields(): AwkValue[] {
    this.#fields ??= this.#split(this.#record).map(inputValue);
    return this.#fields;
  }
}

function checkedField(number: number): number {
  if (number >= 0 && number <= MOST_FIELDS) return Math.trunc(number);
  throw new AwkError(`field index ${number} is out of bounds`);
}
