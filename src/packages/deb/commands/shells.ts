import type { Command } from "../../scripts/command.ts";
import { readLines, writeLines } from "../../commands/lines-file.ts";

const SHELLS = "/etc/shells";

export const addShell: Command = (call) => {
  const lines = readLines(call, SHELLS);
  const added = call.args.filter((shell) => !lines.includes(shell));
  if (added.length > 0) writeLines(call, SHELLS, [...lines, ...added]);
  return 0;
};

export const removeShell: Command = (call) => {
  const lines = readLines(call, SHELLS);
  writeLines(
    call,
    SHELLS,
    lines.filter((line) => !call.args.includes(line)),
  );
  return 0;
};
