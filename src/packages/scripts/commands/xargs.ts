import { fromBytes, toBytes } from "../bytes.ts";
import type { Command, CommandCall } from "../command.ts";
import { readOptions } from "./options.ts";
import { complain } from "./report.ts";

export const xargs: Command = (call) => {
  const { has, value, operands } = readOptions(
    call,
    {
      zero: "-0 --null",
      delimiter: "-d= --delimiter=",
      noRunIfEmpty: "-r --no-run-if-empty",
      most: "-n= --max-args=",
      lines: "-L= --max-lines=",
      replace: "-I= --replace=",
      replaceBraces: "-i",
      processes: "-P= --max-procs=",
      size: "-s= --max-chars=",
      file: "-a= --arg-file=",
      trace: "-t --verbose",
      exit: "-x --exit",
    },
    { isPosix: true },
  );
  const file = value("file");
  const text = fromBytes(file === undefined ? call.stdin.readAll() : call.readFile(file));
  const mark = has("replaceBraces") ? "{}" : value("replace");
  const delimiter = has("zero") ? "\0" : delimiterOf(value("delimiter"));
  let items: readonly string[];
  if (delimiter !== undefined) {
    items = text.split(delimiter);
    if (items.at(-1) === "") items = items.slice(0, -1);
  } else if (mark !== undefined || has("lines")) {
    items = text.split("\n").flatMap((line) => {
      const words = wordsOf(line);
      if (words === undefined) return [];
      return words.length === 0 ? [] : [words.join(" ")];
    });
  } else {
    const words = wordsOf(text);
    if (words === undefined) return complain(call, "unmatched quote");
    items = words;
  }
  const command = operands.length === 0 ? ["echo"] : operands;
  const isEmpty = items.length === 0;
  if (isEmpty && (has("noRunIfEmpty") || mark !== undefined)) return 0;
  const batches = isEmpty ? [[]] : batchesOf(items);
  let status = 0;
  for (const batch of batches) {
    call.countSteps(1 + batch.length);
    const argv =
      mark === undefined
        ? [...command, ...batch]
        : command.map((word) => (mark === "" ? word : word.replaceAll(mark, () => batch[0] ?? "")));
    const [program = "echo", ...args] = argv;
    if (has("trace")) call.stderr.write(`${argv.join(" ")}\n`);
    const ended = runOne(call, program, args);
    if (ended === 255) return 124;
    if (ended === 126 || ended === 127) return ended;
    if (ended !== 0) status = 123;
  }
  return status;

  function batchesOf(list: readonly string[]): readonly (readonly string[])[] {
    const size = mark === undefined ? Number(value("most") ?? value("lines") ?? list.length) : 1;
    if (!(size > 0)) return call.unsupported(`xargs -n ${value("most") ?? ""}`);
    const parts: string[][] = [];
    for (let at = 0; at < list.length; at += size) parts.push(list.slice(at, at + size));
    return parts;
  }
};

function runOne(call: CommandCall, program: string, args: readonly string[]): number {
  return call.run([program, ...args], { stdin: toBytes("") });
}

function delimiterOf(written: string | undefined): string | undefined {
  if (written === undefined) return undefined;
  return { "\\n": "\n", "\\t": "\t", "\\0": "\0" }[written] ?? written.slice(0, 1);
}

/** Words with quotes and backslashes; undefined when a quote is not closed. */
function wordsOf(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? "";
    if (/[ \t\n]/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === "'" || character === '"') {
      const end = text.indexOf(character, at + 1);
      const newline = text.indexOf("\n", at + 1);
      if (end === -1 || (newline !== -1 && newline < end)) return undefined;
      word = (word ?? "") + text.slice(at + 1, end);
      at = end;
    } else if (character === "\\") word = (word ?? "") + (text[++at] ?? "");
    else word = (word ?? "") + character;
  }
  if (word !== undefined) words.push(word);
  return words;
}
