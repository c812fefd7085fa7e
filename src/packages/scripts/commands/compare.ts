import type { Command, CommandCall } from "../command.ts";
import { linesOf, readTexts } from "./lines.ts";
import { readOptions } from "./options.ts";
import { below, lastName } from "./paths.ts";
import { complain } from "./report.ts";

export const cmp: Command = (call) => {
  const { has, operands } = readOptions(call, {
    quiet: "-s --quiet --silent",
    verbose: "-l --verbose",
    bytes: "-n= --bytes=",
  });
  if (has("verbose") || has("bytes")) return call.unsupported("cmp -l or -n");
  const pair = pairOf(call, operands, has("quiet"));
  if (pair === undefined) return 2;
  const [left, right] = pair;
  if (left === right) return 0;
  if (has("quiet")) return 1;
  const [first = "", second = "-"] = operands;
  let at = 0;
  while (at < left.length && at < right.length && left[at] === right[at]) at++;
  if (at === left.length || at === right.length) {
    const shorter = at === left.length ? first : second;
    if (at === 0) complain(call, `EOF on ${shorter} which is empty`);
    else {
      const line = left.slice(0, at).split("\n").length - 1;
      const isWholeLine = left[at - 1] === "\n";
      const place = isWholeLine ? `line ${line}` : `in line ${line + 1}`;
      complain(call, `EOF on ${shorter} after byte ${at}, ${place}`);
    }
    return 1;
  }
  const line = left.slice(0, at).split("\n").length;
  call.stdout.write(`${first} ${second} differ: char ${at + 1}, line ${line}\n`);
  return 1;
};

/** `diff` where the status is what counts; a listing of differences is not made. */
export const diff: Command = (call) => {
  const { has, operands } = readOptions(call, {
    brief: "-q --brief",
    same: "-s --report-identical-files",
    blankLines: "-B --ignore-blank-lines",
    allBlanks: "-w --ignore-all-space",
    someBlanks: "-b --ignore-space-change",
    unified: "-u -U= --unified[=]",
    missingEmpty: "-N --new-file",
    text: "-a --text",
    ignoreCase: "-i --ignore-case",
  });
  const [first = "-", second = "-"] = operands;
  const isFolder = (name: string): boolean =>
    name !== "-" && call.root.stat(call.path(name))?.kind === "directory";
  if (isFolder(first) && isFolder(second)) return call.unsupported("diff of folders");
  const names = [
    isFolder(first) ? below(first, lastName(second)) : first,
    isFolder(second) ? below(second, lastName(first)) : second,
  ];
  const isThere = (name: string): boolean =>
    name === "-" || call.root.stat(call.path(name)) !== undefined;
  const present =
    has("missingEmpty") && names.some(isThere)
      ? names.map((name) => (isThere(name) ? name : "/dev/null"))
      : names;
  const pair = pairOf(call, present, false);
  if (pair === undefined) return 2;
  const [left, right] = pair.map((text) => reduced(text));
  if (left === right) {
    if (has("same")) call.stdout.write(`Files ${names.join(" and ")} are identical\n`);
    return 0;
  }
  if (!has("brief")) return call.unsupported("a listing of differences by diff");
  call.stdout.write(`Files ${names.join(" and ")} differ\n`);
  return 1;

  /** What is compared: the text itself, unless an option lets some of it differ. */
  function reduced(text: string): string {
    const ignores = ["allBlanks", "someBlanks", "ignoreCase", "blankLines"] as const;
    if (!ignores.some((name) => has(name))) return text;
    let lines = linesOf(text);
    if (has("allBlanks")) lines = lines.map((line) => line.replaceAll(/[ \t]+/g, ""));
    else if (has("someBlanks")) {
      lines = lines.map((line) => line.replaceAll(/[ \t]+/g, " ").replace(/ $/, ""));
    }
    if (has("ignoreCase")) lines = lines.map((line) => line.toLowerCase());
    if (has("blankLines")) lines = lines.filter((line) => line !== "");
    return lines.join("\n");
  }
};

export const comm: Command = (call) => {
  const { has, operands } = readOptions(call, { first: "-1", second: "-2", third: "-3" });
  const pair = pairOf(call, operands, false);
  if (pair === undefined) return 1;
  const sides = pair.map((text) => linesOf(text));
  const [left = [], right = []] = sides;
  let isUnpaired = false;
  const unsorted = new Set<number>();
  // Lines out of order are told once one has no partner, at the end of a file for its last two.
  const checkOrder = (side: number, at: number): void => {
    const lines = sides[side] ?? [];
    const last = Math.min(at, lines.length - 1);
    if (!isUnpaired || unsorted.has(side) || (lines[last - 1] ?? "") <= (lines[last] ?? "")) return;
    unsorted.add(side);
    complain(call, `file ${side + 1} is not in sorted order`);
  };
  const columns = [has("first"), has("second"), has("third")];
  const write = (column: number, line: string): void => {
    if (columns[column] === true) return;
    const tabs = columns.slice(0, column).filter((isHidden) => !isHidden).length;
    call.stdout.write(`${"\t".repeat(tabs)}${line}\n`);
  };
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    call.countSteps();
    const [a, b] = [left[i], right[j]];
    if (b === undefined || (a !== undefined && a < b)) {
      isUnpaired = true;
      write(0, a ?? "");
      checkOrder(0, ++i);
    } else if (a === undefined || b < a) {
      isUnpaired = true;
      write(1, b);
      checkOrder(1, ++j);
    } else {
      write(2, a);
      checkOrder(0, ++i);
      checkOrder(1, ++j);
    }
  }
  return unsorted.size === 0 ? 0 : complain(call, "input is not in sorted order");
};

function pairOf(
  call: CommandCall,
  operands: readonly string[],
  isQuiet: boolean,
): readonly [string, string] | undefined {
  const [first, second = "-"] = operands;
  if (first === undefined) {
    complain(call, "missing operand");
    return undefined;
  }
  const quiet = isQuiet ? { ...call, stderr: { write: () => {} } } : call;
  const { texts, isWhole } = readTexts(quiet, [first, second]);
  return isWhole ? [texts[0]?.text ?? "", texts[1]?.text ?? ""] : undefined;
}
