import type { Command } from "../command.ts";
import { parseDate } from "./parse-date.ts";
import { readOptions } from "./options.ts";
import { complain, forEach, quoted } from "./report.ts";

export const touch: Command = (call) => {
  const { root } = call;
  const { has, value, operands } = readOptions(call, {
    access: "-a",
    noCreate: "-c --no-create",
    date: "-d= --date=",
    linkItself: "-h --no-dereference",
    modification: "-m",
    reference: "-r= --reference=",
    stamp: "-t=",
  });
  if (operands.length === 0) return complain(call, "missing file operand");
  let time: number | undefined;
  const reference = value("reference");
  if (reference !== undefined) {
    const model = root.stat(call.path(reference));
    if (model === undefined) {
      return complain(
        call,
        `failed to get attributes of ${quoted(reference)}: No such file or directory`,
      );
    }
    time = model.mtime;
  }
  const date = value("date") ?? stampDate(value("stamp"));
  if (date !== undefined) {
    time = parseDate(date, call.now);
    if (time === undefined) return call.unsupported(`touch with the date ${quoted(date)}`);
  }
  return forEach(
    call,
    operands,
    (name) => {
      const path = call.path(name);
      if (root.stat(path) === undefined) {
        if (has("noCreate") || has("linkItself")) return;
        root.open(path, { access: "append", mode: 0o666 & ~call.umask });
      }
      // Of times, the root has that of modification only.
      if (!has("access") || has("modification")) root.setTime(path, time);
    },
    (name) => `cannot touch ${quoted(name)}`,
  );
};

/** `[[CC]YY]MMDDhhmm[.ss]`, for the forms with a year. */
function stampDate(stamp: string | undefined): string | undefined {
  if (stamp === undefined) return undefined;
  const match = /^(\d\d)?(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d\d))?$/.exec(stamp);
  if (match === null) return stamp;
  const [, century, year = "", month, day, hour, minute, second = "00"] = match;
  const full = `${century ?? (Number(year) >= 69 ? "19" : "20")}${year}`;
  return `${full}-${month}-${day} ${hour}:${minute}:${second}`;
}
