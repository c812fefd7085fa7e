import type { Command } from "../../scripts/command.ts";
import { readOptions } from "../../scripts/commands/options.ts";
import { readLinesToMatch } from "../../commands/lines-file.ts";

/** `pam_getenv` of libpam-runtime: a variable that every session gets, from /etc/environment. */
export const pamGetenv: Command = (call) => {
  const { operands } = readOptions(call, { system: "-s", locale: "-l" });
  const settings = readLinesToMatch(call, "/etc/security/pam_env.conf");
  if (settings.some((line) => !/^\s*(?:#|$)/.test(line)))
    return call.unsupported("the variables of pam_env.conf");
  let found: string | undefined;
  for (const line of readLinesToMatch(call, "/etc/environment")) {
    const text = line.trimStart().replace(/#.*/, "");
    if (text.endsWith("\\")) return call.unsupported("a line of /etc/environment that goes on");
    const [, name, value = ""] = /^(?:export )?(.*?)=(.+)$/.exec(text) ?? [];
    // Quotes count at both ends alone, and need not be the same.
    if (name === operands[0]) found = value.replace(/^["'](.*?)["']?$/, "$1");
  }
  if (found !== undefined) call.stdout.write(`${found}\n`);
  return 0;
};
