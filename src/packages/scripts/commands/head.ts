import { fromBytes } from "../bytes.ts";
import type { Command, CommandCall } from "../command.ts";
import { RootError } from "../root.ts";
import { linesOf } from "./lines.ts";
import { readOptions } from "./options.ts";
import { complain, quoted } from "./report.ts";

export const head: Command = (call) => part(call, "head");

export const tail: Command = (call) => part(call, "tail");

function part(call: CommandCall, which: "head" | "tail"): number {
  // `-5` and, of tail, `+5`, as they were written of old.
  const args = call.args.flatMap((arg, index) => {
    const isValue = /^(?:-[qvz]*[nc]|--lines|--bytes)$/.test(call.args[index - 1] ?? "");
    if (!isValue && /^-\d+$/.test(arg)) return ["-n", arg.slice(1)];
    return which === "tail" && index === 0 && /^\+\d+$/.test(arg) ? ["-n", arg] : [arg];
  });
  const { has, value, operands } = readOptions(
    { ...call, args },
    {
      lines: "-n= --lines=",
      bytes: "-c= --bytes=",
      quiet: "-q --quiet --silent",
      verbose: "-v --verbose",
      zero: "-z --zero-terminated",
    },
  );
  const written = value("bytes") ?? value("lines") ?? "10";
  const count = /^([-+]?)(\d+)(b|k|K|M|kB)?$/.exec(written);
  if (count === null) return complain(call, `invalid number of lines: ${quoted(written)}`);
  const units = { b: 512, k: 1024, K: 1024, kB: 1000, M: 1024 ** 2 };
  const unit =
    count[3] === undefined
      ? 1
      : (Object.entries(units).find(([name]) => name === count[3])?.[1] ?? 1);
  const amount = { sign: count[1] ?? "", number: Number(count[2]) * unit };
  const names = operands.length === 0 ? ["-"] : operands;
  const isTitled = has("verbose") || (names.length > 1 && !has("quiet"));
  let status = 0;
  for (const [index, name] of names.entries()) {
    try {
      const text = name === "-" ? input(amount) : fromBytes(call.readFile(name));
      if (isTitled) {
        const title = name === "-" ? "standard input" : name;
        call.stdout.write(`${index > 0 ? "\n" : ""}==> ${title} <==\n`);
      }
      call.stdout.write(cutOut(text, amount));
    } catch (error) {
      if (!(error instanceof RootError)) throw error;
      const verb = error.code === "EISDIR" ? "error reading" : "cannot open";
      const reason =
        error.code === "EISDIR" ? `: ${error.message}` : ` for reading: ${error.message}`;
      status = complain(call, `${verb} ${quoted(name)}${reason}`);
    }
  }
  return status;

  /** Of a pipe, head takes bytes by number alone, so that one that has no end is no matter. */
  function input({ sign, number }: { readonly sign: string; readonly number: number }): string {
    if (which === "tail" || value("bytes") === undefined || sign === "-") {
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
    call.countSteps(1 + (text.length >> 8));
    const isBytes = value("bytes") !== undefined;
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
