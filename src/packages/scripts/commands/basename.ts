import type { Command } from "../command.ts";
import { readOptions } from "./options.ts";
import { folderOf, lastName } from "./paths.ts";
import { complain, quoted } from "./report.ts";

export const basename: Command = (call) => {
  const { has, value, operands } = readOptions(
    call,
    { several: "-a --multiple", suffix: "-s= --suffix=", zero: "-z --zero" },
    { isPosix: true },
  );
  const [first, second, third] = operands;
  if (first === undefined) return complain(call, "missing operand");
  const isSeveral = has("several") || value("suffix") !== undefined;
  if (!isSeveral && third !== undefined) return complain(call, `extra operand ${quoted(third)}`);
  const suffix = value("suffix") ?? (isSeveral ? "" : (second ?? ""));
  for (const name of isSeveral ? operands : [first]) {
    const last = lastName(name);
    const isCut = suffix !== "" && last.endsWith(suffix) && last !== suffix;
    const shown = isCut ? last.slice(0, last.length - suffix.length) : last;
    call.stdout.write(shown + (has("zero") ? "\0" : "\n"));
  }
  return 0;
};

export const dirname: Command = (call) => {
  const { has, operands } = readOptions(call, { zero: "-z --zero" });
  if (operands.length === 0) return complain(call, "missing operand");
  for (const name of operands) call.stdout.write(folderOf(name) + (has("zero") ? "\0" : "\n"));
  return 0;
};
