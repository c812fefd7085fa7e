import type { Meter } from "./meter.ts";
import { SharedMap } from "./shared-map.ts";

export interface Variable {
  /** Undefined: it is exported, read-only or local, and has no value. */
  readonly value: string | undefined;
  readonly isExported: boolean;
  readonly isReadonly: boolean;
  /** Of an array of bash, by index. */
  readonly elements?: ReadonlyMap<number, string> | undefined;
}

/** A variable that may not be changed. */
export class ReadonlyVariable extends Error {
  override readonly name = "ReadonlyVariable";
}

/** What a variable takes beside its name and its value. */
const OVERHEAD = 64;

type Scope = { readonly name: string; readonly saved: Variable | undefined }[];

/** The variables of one shell. */
export class Variables {
  readonly #meter: Meter;
  readonly #all: SharedMap<Variable>;
  #scopes: Scope[];
  /** Called when a variable is set that the shell itself follows. */
  onSet: ((name: string, value: string | undefined) => void) | undefined;

  constructor(meter: Meter, from?: Variables) {
    this.#meter = meter;
    this.#all = new SharedMap(from === undefined ? undefined : from.#all);
    // What a subshell of a function makes local ends with the subshell at the latest.
    this.#scopes = from === undefined ? [] : from.#scopes.map(() => []);
  }

  get all(): Iterable<[string, Variable]> {
    return this.#all;
  }

  get(name: string): string | undefined {
    return this.#all.get(name)?.value;
  }

  variable(name: string): Variable | undefined {
    return this.#all.get(name);
  }

  /** Throws `ReadonlyVariable`. */
  set(name: string, value: string | undefined, flags: Partial<Variable> = {}): void {
    const before = this.#all.get(name);
    if (before?.isReadonly === true) throw new ReadonlyVariable(name);
    const isExported = flags.isExported ?? before?.isExported ?? false;
    const isReadonly = flags.isReadonly ?? before?.isReadonly ?? false;
    this.#place(name, { value, isExported, isReadonly, elements: flags.elements });
    this.onSet?.(name, value);
  }

  /** Make a variable exported or read-only, whatever its value. */
  mark(name: string, flags: Partial<Pick<Variable, "isExported" | "isReadonly">>): void {
    const before = this.#all.get(name);
    this.#place(name, {
      value: undefined,
      isExported: false,
      isReadonly: false,
      ...before,
      ...flags,
    });
  }

  /** Throws `ReadonlyVariable`. */
  unset(name: string): void {
    const before = this.#all.get(name);
    if (before?.isReadonly === true) throw new ReadonlyVariable(name);
    this.#remove(name);
    this.onSet?.(name, undefined);
  }

  /** Whether `local` has a function to be local to. */
  get isLocalPossible(): boolean {
    return this.#scopes.length > 0;
  }

  /** Whether a variable is local to the innermost function. */
  isLocal(name: string): boolean {
    return this.#scopes.at(-1)?.some((each) => each.name === name) ?? false;
  }

  openScope(): void {
    this.#scopes.push([]);
  }

  get scopes(): number {
    return this.#scopes.length;
  }

  /** Give variables back the values that they had before they became local. */
  closeScopes(left: number): void {
    while (this.#scopes.length > left) {
      for (const { name, saved } of (this.#scopes.pop() ?? []).toReversed()) {
        if (saved === undefined) this.#remove(name);
        else this.#place(name, saved);
        this.onSet?.(name, saved?.value);
      }
    }
  }

  /** From here to the end of the scope a variable is local; it keeps its value. */
  makeLocal(name: string): void {
    this.#scopes.at(-1)?.push({ name, saved: this.#all.get(name) });
  }

  /** What programs get. */
  environment(): ReadonlyMap<string, string> {
    const environment = new Map<string, string>();
    for (const [name, { value, isExported }] of this.#all) {
      if (isExported && value !== undefined) environment.set(name, value);
    }
    return environment;
  }

  #place(name: string, variable: Variable): void {
    this.#meter.memory(sizeOf(name, variable) - sizeOf(name, this.#all.get(name)));
    this.#all.set(name, variable);
  }

  #remove(name: string): void {
    this.#meter.memory(-sizeOf(name, this.#all.get(name)));
    this.#all.delete(name);
  }
}

function sizeOf(name: string, variable: Variable | undefined): number {
  if (variable === undefined) return 0;
  let size = OVERHEAD + name.length + (variable.value?.length ?? 0);
  for (const element of variable.elements?.values() ?? []) size += OVERHEAD + element.length;
  return size;
}
