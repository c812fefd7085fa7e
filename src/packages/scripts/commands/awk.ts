import { fromBytes } from "../bytes.ts";
import type { Command } from "../command.ts";
import { RegexError } from "../regex/tree.ts";
import { RootError } from "../root.ts";
import { unescapedAwk } from "./awk/escapes.ts";
import { parseAwk } from "./awk/parse.ts";
import { AwkRun } from "./awk/run.ts";
import { AwkError } from "./awk/tree.ts";
import { inputValue } from "./awk/value.ts";
import { readOptions } from "./options.ts";
import { complain } from "./report.ts";

/** `awk` as mawk, Debian's, without what calls other programs and without random numbers. */
export const awk: Command = (call) => {
  const { values, value, operands } = readOptions(
    call,
    { separator: "-F=", assignment: "-v=", file: "-f=" },
    { isPosix: true },
  );
  const files = values("file");
  const [first, ...others] = operands;
  if (files.length === 0 && first === undefined) {
    complain(call, "no program text");
    return 2;
  }
  const source =
    files.length > 0
      ? files.map((file) => fromBytes(call.readFile(file))).join("\n")
      : (first ?? "");
  try {
    const program = parseAwk(source, (wanted) => call.unsupported(wanted));
    const run = new AwkRun(call, program, files.length > 0 ? operands : others);
    const separator = value("separator");
    if (separator !== undefined) run.memory.set("FS", unescapedAwk(separator));
    for (const assignment of values("assignment")) {
      if (!/^[A-Za-z_]\w*=/.test(assignment))
        throw new AwkError(`improper assignment: -v ${assignment}`);
      const at = assignment.indexOf("=");
      run.memory.set(assignment.slice(0, at), inputValue(unescapedAwk(assignment.slice(at + 1))));
    }
    return run.run();
  } catch (error) {
    const isOurs = error instanceof AwkError || error instanceof RegexError;
    if (!isOurs && !(error instanceof RootError)) throw error;
    complain(call, isOurs ? error.message : `cannot open ${error.path} (${error.message})`);
    return 2;
  }
};
