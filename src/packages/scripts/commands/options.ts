import type { CommandCall } from "../command.ts";

/**
 * The options of a command: for each meaning, the ways to write it, such as `-m= --mode=` for one
 * with a value and `--backup[=]` for one whose value may be left out.
 */
export type OptionTable<Name extends string> = Readonly<Record<Name, string>>;

export interface ReadOptions<Name extends string> {
  readonly has: (name: Name) => boolean;
  /** The last value given. */
  readonly value: (name: Name) => string | undefined;
  readonly values: (name: Name) => readonly string[];
  /** In the order in which they were given. */
  readonly given: readonly { readonly name: Name; readonly value: string }[];
  readonly operands: readonly string[];
}

interface OptionForm<Name> {
  readonly name: Name;
  readonly value: "none" | "required" | "optional";
}

/**
 * Options as getopt_long(3) reads them, also behind operands, unless `isPosix`. One that the table
 * does not have is not supported: leaving it out would change what a script does.
 */
export function readOptions<Name extends string>(
  call: CommandCall,
  table: OptionTable<Name>,
  { isPosix = false }: { readonly isPosix?: boolean } = {},
): ReadOptions<Name> {
  const forms = formsOf(table);
  const given: { name: Name; value: string }[] = [];
  const operands: string[] = [];
  const pending = [...call.args];

  function valueOf(option: string): string {
    const value = pending.shift();
    if (value === undefined) call.unsupported(`a value for ${baseName(call.name)} ${option}`);
    return value;
  }

  for (let arg = pending.shift(); arg !== undefined; arg = pending.shift()) {
    if (arg === "--") {
      operands.push(...pending);
      break;
    }
    if (arg.startsWith("--")) {
      const [written, attached] = splitOnce(arg, "=");
      const form = longForm(forms, written);
      const hasWrongValue = form?.value === "none" && attached !== undefined;
      if (form === undefined || hasWrongValue) return unknownOption(call, arg);
      const value = attached ?? (form.value === "required" ? valueOf(written) : "");
      given.push({ name: form.name, value });
    } else if (arg.startsWith("-") && arg !== "-") {
      for (let at = 1; at < arg.length; at++) {
        const option = `-${arg[at] ?? ""}`;
        const form = forms.get(option);
        if (form === undefined) return unknownOption(call, option);
        if (form.value === "none") {
          given.push({ name: form.name, value: "" });
          continue;
        }
        const attached = arg.slice(at + 1);
        const isAttached = attached !== "" || form.value === "optional";
        given.push({ name: form.name, value: isAttached ? attached : valueOf(option) });
        break;
      }
    } else {
      operands.push(arg);
      if (!isPosix) continue;
      operands.push(...pending);
      break;
    }
  }
  return {
    has: (name) => given.some((option) => option.name === name),
    value: (name) => given.findLast((option) => option.name === name)?.value,
    values: (name) => given.filter((option) => option.name === name).map(({ value }) => value),
    given,
    operands,
  };
}

/** Stops the script for an option that is not known here. */
export function unknownOption(call: CommandCall, option: string): never {
  return call.unsupported(`the option ${option} of ${baseName(call.name)}`);
}

/** Behind the last slash. */
export function baseName(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

/** How options are written, with the places of their meanings in the table. */
type WrittenForms = ReadonlyMap<
  string,
  { readonly place: number } & Pick<OptionForm<string>, "value">
>;

/** Tables that were read, by their texts: a script calls the same command very many times. */
const readTables = new Map<string, WrittenForms>();
const MOST_TABLES = 1000;

function formsOf<Name extends string>(table: OptionTable<Name>): Map<string, OptionForm<Name>> {
  const names: Name[] = [];
  for (const name in table) names.push(name);
  const key = names.map((name) => table[name]).join("\n");
  const written = readTables.get(key) ?? readTable(key);
  if (readTables.size < MOST_TABLES) readTables.set(key, written);
  const forms = new Map<string, OptionForm<Name>>();
  for (const [option, { place, value }] of written) {
    const name = names[place];
    if (name !== undefined) forms.set(option, { name, value });
  }
  return forms;
}

/** The meanings' texts, a line each. */
function readTable(text: string): WrittenForms {
  const forms = new Map<string, { place: number } & Pick<OptionForm<string>, "value">>();
  for (const [place, line] of text.split("\n").entries()) {
    for (const written of line.split(" ")) {
      const [, option = written, suffix = ""] = /^(.+?)(=|\[=\])?$/.exec(written) ?? [];
      let value: OptionForm<string>["value"] = "none";
      if (suffix === "=") value = "required";
      else if (suffix === "[=]") value = "optional";
      forms.set(option, { place, value });
    }
  }
  return forms;
}

/** A long option may be cut short where that leaves one meaning. */
function longForm<Name extends string>(
  forms: ReadonlyMap<string, OptionForm<Name>>,
  written: string,
): OptionForm<Name> | undefined {
  const exact = forms.get(written);
  if (exact !== undefined) return exact;
  const longer = [...forms].filter(([option]) => option.startsWith(written));
  const names = new Set(longer.map(([, { name }]) => name));
  return names.size === 1 ? longer[0]?.[1] : undefined;
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
