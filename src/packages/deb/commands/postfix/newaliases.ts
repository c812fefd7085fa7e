import { fromBytes } from "../../../scripts/bytes.ts";
import type { Command, CommandCall } from "../../../scripts/command.ts";
import { linesOf } from "../../../scripts/commands/lines.ts";
import { formatHashFile } from "./hash-file.ts";
import { settingOf } from "./postconf.ts";

/**
 * `newaliases` of Postfix: the aliases of mail addresses as a hash database. The time that it notes
 * is the image's.
 */
export const newaliases: Command = (call) => {
  if (call.args.length > 0) return call.unsupported("options of newaliases");
  const database = settingOf(call, "alias_database") ?? "";
  const host = settingOf(call, "myhostname");
  const [, file] = /^hash:(\/[^\s,]+)$/.exec(database) ?? [];
  if (file === undefined) return call.unsupported(`aliases in "${database}"`);
  if (host === undefined) return call.unsupported("aliases without a name of the host");
  const entries = new Map([
    ...aliasesIn(call, file),
    ["@\0", "@\0"],
    ["YP_LAST_MODIFIED", String(call.now)],
    ["YP_MASTER_NAME", host],
  ]);
  const content = formatHashFile(entries);
  if (content === undefined) return call.unsupported("more aliases than fit into three pages");
  call.root.write(`${file}.db`, content, 0o644);
  return 0;
};

/** Names and addresses end with a zero byte. */
function aliasesIn(call: CommandCall, file: string): ReadonlyMap<string, string> {
  const aliases = new Map<string, string>();
  for (const line of linesOf(fromBytes(call.root.read(file)))) {
    call.countSteps(1 + (line.length >> 6));
    if (/^\s*(?:#|$)/.test(line)) continue;
    const [, name, address = ""] = /^([\w.+-]+)\s*:\s*([\w.+@-]+)\s*$/.exec(line) ?? [];
    if (name === undefined) return call.unsupported("an alias of another form");
    aliases.set(`${name.toLowerCase()}\0`, `${address}\0`);
  }
  return aliases;
}
