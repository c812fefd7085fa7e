import type { Command } from "../command.ts";
import { formatDate } from "./format-date.ts";
import { readOptions } from "./options.ts";
import { parseDate } from "./parse-date.ts";
import { complain, quoted } from "./report.ts";

/** The time of the image, in UTC: the same in every build. */
export const date: Command = (call) => {
  const { has, value, operands } = readOptions(call, {
    date: "-d= --date=",
    reference: "-r= --reference=",
    utc: "-u --utc --universal",
    mail: "-R --rfc-email --rfc-2822",
    iso: "-I[=] --iso-8601[=]",
  });
  const [operand = "+%a %b %e %H:%M:%S %Z %Y"] = operands;
  if (!operand.startsWith("+")) return call.unsupported("setting the date");
  let format = operand.slice(1);
  if (has("mail")) format = "%a, %d %b %Y %H:%M:%S %z";
  const iso = value("iso");
  if (iso !== undefined) {
    if (iso === "" || iso === "date") format = "%Y-%m-%d";
    else if (iso === "seconds") format = "%Y-%m-%dT%H:%M:%S+00:00";
    else return call.unsupported(`date -I${iso}`);
  }
  const text = value("date");
  const reference = value("reference");
  let time: number | undefined = call.now;
  if (reference !== undefined) {
    time = call.root.stat(call.path(reference))?.mtime;
    if (time === undefined) return complain(call, `${reference}: No such file or directory`);
  }
  if (text !== undefined) {
    time = parseDate(text, call.now);
    if (time === undefined) return call.unsupported(`the date ${quoted(text)}`);
  }
  const shown = formatDate(format, time);
  if (shown === undefined) return call.unsupported(`the format ${quoted(format)} of date`);
  call.stdout.write(`${shown}\n`);
  return 0;
};
