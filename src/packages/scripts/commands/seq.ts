import type { Command } from "../command.ts";
import { readOptions } from "./options.ts";
import { complain, quoted } from "./report.ts";

export const seq: Command = (call) => {
  // A number below zero is no option.
  const args = call.args.map((arg) => (/^-[\d.]/.test(arg) ? `\0${arg}` : arg));
  const { has, value, operands } = readOptions(
    { ...call, args },
    { width: "-w --equal-width", separator: "-s= --separator=", format: "-f= --format=" },
    { isPosix: true },
  );
  if (has("format")) return call.unsupported("seq -f");
  const numbers = operands.map((operand) => operand.replace(/^\0/, ""));
  if (numbers.length === 0) return complain(call, "missing operand");
  if (numbers.length > 3) return complain(call, `extra operand ${quoted(numbers[3] ?? "")}`);
  if (!numbers.every((number) => /^-?\d+$/.test(number))) {
    return call.unsupported("seq of numbers that are no integers");
  }
  const [first, step, last] = [
    Number(numbers.length > 1 ? numbers[0] : 1),
    Number(numbers.length > 2 ? numbers[1] : 1),
    Number(numbers.at(-1)),
  ] as const;
  if (step === 0) return complain(call, "invalid Zero increment value: '0'");
  const shown: string[] = [];
  const width = has("width") ? Math.max(String(first).length, String(last).length) : 0;
  for (let number = first; step > 0 ? number <= last : number >= last; number += step) {
    call.countSteps();
    const digits = String(Math.abs(number)).padStart(width - Number(number < 0), "0");
    shown.push(number < 0 ? `-${digits}` : digits);
  }
  if (shown.length > 0) call.stdout.write(`${shown.join(value("separator") ?? "\n")}\n`);
  return 0;
};
