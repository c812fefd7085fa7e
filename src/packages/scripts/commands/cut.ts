import type { Command } from "../command.ts";
import { linesOf, readTexts } from "./lines.ts";
import { readOptions } from "./options.ts";
import { complain } from "./report.ts";

/** The options that choose. */
const LISTS: ReadonlySet<string> = new Set(["bytes", "characters", "fields"]);

export const cut: Command = (call) => {
  const { has, value, given, operands } = readOptions(call, {
    bytes: "-b= --bytes=",
    characters: "-c= --characters=",
    fields: "-f= --fields=",
    delimiter: "-d= --delimiter=",
    onlyDelimited: "-s --only-delimited",
    complement: "--complement",
    joint: "--output-delimiter=",
    whole: "-n",
    zero: "-z --zero-terminated",
  });
  if (given.filter(({ name }) => LISTS.has(name)).length > 1) {
    return complain(call, "only one list may be specified");
  }
  const bytes = value("bytes") ?? value("characters");
  const list = bytes ?? value("fields");
  if (list === undefined) {
    return complain(call, "you must specify a list of bytes, characters, or fields");
  }
  const ranges = rangesOf(list);
  if (ranges === undefined) return complain(call, "invalid byte, character or field list");
  const written = value("delimiter");
  if (written !== undefined && written.length > 1) {
    return complain(call, "the delimiter must be a single character");
  }
  // An empty delimiter is the byte zero.
  const delimiter = written === "" ? "\0" : (written ?? "\t");
  const joint = value("joint") ?? (bytes === undefined ? delimiter : "");
  const end = has("zero") ? "\0" : "\n";
  const isChosen = (place: number): boolean =>
    ranges.some(([from, to]) => place >= from && place <= to) !== has("complement");
  const { texts, isWhole } = readTexts(call, operands);
  for (const { text } of texts) {
    for (const line of linesOf(text, end)) {
      call.countSteps();
      if (bytes === undefined && !line.includes(delimiter)) {
        if (!has("onlyDelimited")) call.stdout.write(line + end);
        continue;
      }
      const parts = bytes === undefined ? line.split(delimiter) : Array.from(line);
      call.stdout.write(parts.filter((_, index) => isChosen(index + 1)).join(joint) + end);
    }
  }
  return isWhole ? 0 : 1;
};

function rangesOf(list: string): readonly (readonly [number, number])[] | undefined {
  const ranges: [number, number][] = [];
  for (const item of list.split(/[, ]/)) {
    const match = /^(\d*)(-?)(\d*)$/.exec(item);
    if (match === null || (match[1] === "" && match[3] === "")) return undefined;
    const from = match[1] === "" ? 1 : Number(match[1]);
    let to = match[2] === "" ? from : Infinity;
    if (match[3] !== "") to = Number(match[3]);
    // A list counts from 1; scripts that write 0 are refused by coreutils.
    if (from === 0 || to < from) return undefined;
    ranges.push([from, to]);
  }
  return ranges;
}
