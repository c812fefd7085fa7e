import { compareTexts } from "../../../order.ts";
import type { Command, CommandCall } from "../command.ts";
import { compareVersionNames } from "./version-names.ts";
import { linesOf, readTexts } from "./lines.ts";
import { readOptions } from "./options.ts";
import { complain } from "./report.ts";

interface Key {
  /** Field and character, both from 1; 0 for the whole field. */
  readonly from: readonly [number, number];
  readonly to: readonly [number, number] | undefined;
  readonly flags: string;
}

export const sort: Command = (call) => {
  const { has, value, values, operands } = readOptions(call, {
    blanks: "-b --ignore-leading-blanks",
    dictionary: "-d --dictionary-order",
    fold: "-f --ignore-case",
    general: "-g --general-numeric-sort",
    human: "-h --human-numeric-sort",
    numeric: "-n --numeric-sort",
    reverse: "-r --reverse",
    version: "-V --version-sort",
    check: "-c -C --check[=]",
    key: "-k= --key=",
    merge: "-m --merge",
    output: "-o= --output=",
    stable: "-s --stable",
    separator: "-t= --field-separator=",
    unique: "-u --unique",
    zero: "-z --zero-terminated",
    month: "-M --month-sort",
    temporary: "-T= --temporary-directory=",
  });
  if (has("human") || has("month") || has("dictionary"))
    return call.unsupported("sort -h, -M or -d");
  const flags = [
    has("blanks") ? "b" : "",
    has("fold") ? "f" : "",
    has("general") ? "g" : "",
    has("numeric") ? "n" : "",
    has("reverse") ? "r" : "",
    has("version") ? "V" : "",
  ].join("");
  const keys = values("key").map((text) => keyOf(call, text, flags));
  const separator = value("separator");
  const end = has("zero") ? "\0" : "\n";
  const { texts, isWhole } = readTexts(call, operands, (name, reason) => {
    complain(call, `cannot read: ${name}: ${reason}`);
  });
  if (!isWhole) return 2;
  const lines = texts.flatMap(({ text }) => linesOf(text, end));
  call.countSteps(lines.length * 4);

  const compareKeys = (a: string, b: string): number => {
    if (keys.length === 0) return compareBy(flags, a, b);
    for (const key of keys) {
      // Blanks in front are no part of the key; those behind them are.
      const rules = key.flags.replaceAll("b", "");
      const order = compareBy(rules, partOf(a, key, separator), partOf(b, key, separator));
      if (order !== 0) return order;
    }
    return 0;
  };
  const compare = (a: string, b: string): number => {
    const order = compareKeys(a, b);
    if (order !== 0 || has("stable") || has("unique")) return order;
    return has("reverse") ? compareTexts(b, a) : compareTexts(a, b);
  };
  if (has("check")) {
    const wrong = lines.findIndex((line, index) => {
      const order = index === 0 ? -1 : compare(lines[index - 1] ?? "", line);
      return has("unique") ? order >= 0 : order > 0;
    });
    if (wrong === -1) return 0;
    const isQuiet = call.args.includes("-C") || ["quiet", "silent"].includes(value("check") ?? "");
    const name = texts[0]?.name ?? "-";
    if (!isQuiet) complain(call, `${name}:${wrong + 1}: disorder: ${lines[wrong] ?? ""}`);
    return 1;
  }
  const sorted = lines.toSorted(compare);
  const kept = has("unique")
    ? sorted.filter(
        (line, index) => index === 0 || compareKeys(sorted[index - 1] ?? "", line) !== 0,
      )
    : sorted;
  const name = value("output");
  const output = name === undefined ? call.stdout : call.openOutput(name, "write");
  output.write(kept.map((line) => line + end).join(""));
  return 0;
};

/** `2`, `2,3n`, `1.2,1.5`. */
function keyOf(call: CommandCall, text: string, flags: string): Key {
  const match = /^(\d+)(?:\.(\d+))?([bfgnrV]*)(?:,(\d+)(?:\.(\d+))?([bfgnrV]*))?$/.exec(text);
  if (match === null) return call.unsupported(`sort -k ${text}`);
  const [, field, character = "1", own = "", lastField, lastCharacter = "0", more = ""] = match;
  const ownFlags = own + more;
  return {
    from: [Number(field), Number(character)],
    to: lastField === undefined ? undefined : [Number(lastField), Number(lastCharacter)],
    flags: ownFlags === "" ? flags : ownFlags,
  };
}

function partOf(line: string, { from, to, flags }: Key, separator: string | undefined): string {
  const [fromField, fromCharacter] = from;
  const starts = fieldsOf(line, separator);
  const first = starts[fromField - 1];
  if (first === undefined) return "";
  const blanks = flags.includes("b")
    ? (/^[ \t]*/.exec(line.slice(first.start))?.[0].length ?? 0)
    : 0;
  const start = first.start + blanks + fromCharacter - 1;
  if (to === undefined) return line.slice(start);
  const last = starts[to[0] - 1];
  if (last === undefined) return line.slice(start);
  const end = to[1] === 0 ? last.end : Math.min(last.start + to[1], last.end);
  return line.slice(start, Math.max(start, end));
}

/** Without a separator, a field has the blanks in front of it. */
function fieldsOf(
  line: string,
  separator: string | undefined,
): readonly { readonly start: number; readonly end: number }[] {
  const fields: { start: number; end: number }[] = [];
  if (separator !== undefined) {
    let start = 0;
    for (const field of line.split(separator)) {
      fields.push({ start, end: start + field.length });
      start += field.length + separator.length;
    }
    return fields;
  }
  for (const match of line.matchAll(/[ \t]*[^ \t]+|[ \t]+$/g)) {
    fields.push({ start: match.index, end: match.index + match[0].length });
  }
  return fields;
}

function compareBy(flags: string, a: string, b: string): number {
  const order = compareUp(flags, a, b);
  return flags.includes("r") ? -order : order;
}

function compareUp(flags: string, a: string, b: string): number {
  if (flags.includes("n")) return leadingNumber(a) - leadingNumber(b);
  if (flags.includes("g")) return generalOrder(generalNumber(a), generalNumber(b));
  if (flags.includes("V")) return compareVersionNames(a, b);
  const left = flags.includes("b") ? a.replace(/^[ \t]+/, "") : a;
  const right = flags.includes("b") ? b.replace(/^[ \t]+/, "") : b;
  return flags.includes("f") ? compareTexts(upper(left), upper(right)) : compareTexts(left, right);
}

function leadingNumber(text: string): number {
  return Number(/^[ \t]*(-?\d*\.?\d*)/.exec(text)?.[1] ?? 0) || 0;
}

/** What no number begins with is in front of all numbers. */
function generalOrder(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(b)) - Number(Number.isNaN(a));
  return a - b;
}

function generalNumber(text: string): number {
  const [number] = /^[ \t]*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/.exec(text) ?? [];
  return number === undefined ? Number.NaN : Number(number);
}

function upper(text: string): string {
  return text.replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase());
}
