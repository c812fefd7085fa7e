import type { Command } from "../command.ts";
import { linesOf, readTexts } from "./lines.ts";
import { readOptions } from "./options.ts";

export const uniq: Command = (call) => {
  const { has, operands } = readOptions(call, {
    count: "-c --count",
    repeated: "-d --repeated",
    unique: "-u --unique",
    ignoreCase: "-i --ignore-case",
    zero: "-z --zero-terminated",
  });
  const [input, output] = operands;
  const end = has("zero") ? "\0" : "\n";
  const { texts, isWhole } = readTexts(call, input === undefined ? [] : [input]);
  if (!isWhole) return 1;
  const to = output === undefined ? call.stdout : call.openOutput(output, "write");
  const groups: { readonly line: string; count: number }[] = [];
  const folded = (line: string): string => (has("ignoreCase") ? line.toLowerCase() : line);
  for (const line of linesOf(texts[0]?.text ?? "", end)) {
    call.countSteps();
    const last = groups.at(-1);
    if (last !== undefined && folded(last.line) === folded(line)) last.count++;
    else groups.push({ line, count: 1 });
  }
  for (const { line, count } of groups) {
    if ((has("repeated") && count === 1) || (has("unique") && count > 1)) continue;
    to.write(`${has("count") ? `${String(count).padStart(7)} ` : ""}${line}${end}`);
  }
  return 0;
};
