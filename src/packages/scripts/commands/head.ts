import { fromBytes } from "../bytes.ts";
import type { Command, CommandCall } from "../command.ts";
import { RootError } from "../root.ts";
import { countText, linesOf } from "./lines.ts";
import { readOptions } from "./options.ts";
import { complain, quoted } from "./report.ts";

export const head: Command = (call) => part(call, "head");

const UNITS = new Map([
  ["b", 512],
  ["k", 1024],
  ["K", 1024],
  ["kB", 1000],
  ["M", 1024 ** 2],
]);

export const tail: Command = (call) => part(call, "tail");

function part(call: CommandCall, which: "head" | "tail"): number {
  // `-5` and, of tail, `+5`, as they were written of old.
  const isOld = which === "head" || call.args.length <= 2;
  const args = call.args.flatMap((arg, index) => {
    const isValue = /^(?:-[qvz]*[nc]|--lines|--bytes)$/.test(call.args[index - 1] ?? "");
    if (isOld && !isValue && /^-\d+$/.test(arg)) return ["-n", arg.slice(1)];
    const isFrom = isOld && which === "tail" && index === 0 && /^\+\d+$/.test(arg);
    return isFrom ? ["-n", arg] : [arg];
  });
  const { has, given, operands } = readOptions(
    { ...call, args },
    {
      lines: "-n= --lines=",
      bytes: "-c= --bytes=",
      quiet: "-q --quiet --silent",
      verbose: "-v --verbose",
      zero: "-z --zero-terminated",
    },
  );
  const asked = given.findLast(({ name }) => name === "lines" || name === "bytes");
  const isBytes = asked?.name === "bytes";
  const written = asked?.value ?? "10";
  const count = /^([-+]?)(\d+)(b|k|K|M|kB)?$/.exec(written);
  if (count === null) {
    return complain(call, `invalid number of ${isBytes ? "bytes" : "lines"}: ${quoted(written)}`);
  }
  const unit = UNITS.get(count[3] ?? "") ?? 1;
  const amount = { sign: count[1] ?? "", number: Number(count[2]) * unit };
  // It does not look at files of which it shows nothing.
  if (which === "tail" && amount.number === 0 && amount.sign !== "+") return 0;
  const names = operands.length === 0 ? ["-"] : operands;
  const isTitled = has("verbose") || (names.length > 1 && !has("quiet"));
  let status = 0;
  let titles = 0;
  const writeTitle = (name: string): void => {
    if (!isTitled) return;
    const title = name === "-" ? "standard input" : name;
    call.stdout.write(`${titles++ > 0 ? "\n" : ""}==> ${title} <==\n`);
  };
  for (const name of names) {
    try {
      const text = name === "-" ? input(amount) : fromBytes(call.readFile(name));
      writeTitle(name);
      call.stdout.write(cutOut(text, amount));
    } catch (error) {
      if (!(error instanceof RootError)) throw error;
      const { message } = error;
      // A folder can be opened.
      if (error.code === "EISDIR") {
        writeTitle(name);
        status = complain(call, `error reading ${quoted(name)}: ${message}`);
      } else status = complain(call, `cannot open ${quoted(name)} for reading: ${message}`);
    }
  }
  return status;

  /** Of a pipe, head takes bytes by number alone, so that one that has no end is no matter. */
  function input({ sign, number }: { readonly sign: string; readonly number: number }): string {
    if (which === "tail" || !isBytes || sign === "-") {
      return fromBytes(call.stdin.readAll());
    }
    const pieces: string[] = [];
    for (let left = number; left > 0;) {
      const piece = call.stdin.read(left);
      if (piece.length === 0) break;
      pieces.push(fromBytes(piece));
      left -= piece.length;
    }
    return pieces.join("");
  }

  function cutOut(
    text: string,
    { sign, number }: { readonly sign: string; readonly number: number },
  ): string {
    countText(call, text);
    const end = has("zero") ? "\0" : "\n";
    const lines = isBytes ? [] : linesOf(text, end);
    const total = isBytes ? text.length : lines.length;
    let from = 0;
    let to = total;
    if (which === "head") to = sign === "-" ? total - number : number;
    else from = sign === "+" ? number - 1 : total - number;
    const [start, stop] = [Math.max(from, 0), Math.max(to, 0)];
    if (isBytes) return text.slice(start, stop);
    const isOpenEnd = stop >= total && text !== "" && !text.endsWith(end);
    const chosen = lines.slice(start, stop);
    if (chosen.length === 0) return "";
    return chosen.join(end) + (isOpenEnd ? "" : end);
  }
}
