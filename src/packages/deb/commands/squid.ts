import type { Command, CommandCall } from "../../scripts/command.ts";
import { isFolder } from "../../scripts/commands/paths.ts";
import { readLines } from "../../commands/lines-file.ts";

const CONFIGURATION = "/etc/squid/squid.conf";
/** How deep files may name others, as Squid has it. */
const DEPTH = 16;

/** `squid -k parse`: its settings, each in a line, those of included files where they stand. */
export const squid: Command = (call) => {
  if (call.args.join(" ") !== "-k parse") return call.unsupported("squid");
  show(call, CONFIGURATION, 0);
  return 0;
};

function show(call: CommandCall, path: string, depth: number): void {
  if (depth > DEPTH) call.unsupported("files of squid that name each other");
  say(call, `Processing Configuration File: ${path} (depth ${depth})`);
  for (const line of readLines(call, path).map((each) => each.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    // A line that goes on, a condition or a macro would have to be understood.
    if (/\\$|^(?:if|else|endif)\b|\$\{/.test(line)) call.unsupported("a setting of squid");
    say(call, `Processing: ${line}`);
    const [, names = ""] = /^include\s+(.*)/.exec(line) ?? [];
    for (const name of names.split(/\s+/).filter((each) => each !== "")) {
      for (const file of filesOf(call, name)) show(call, file, depth + 1);
    }
  }
}

/** The files that a name stands for, of which the last part may be a pattern with one `*`. */
function filesOf(call: CommandCall, name: string): readonly string[] {
  if (!name.includes("*")) return [name];
  const [, folder = "", before = "", after = ""] =
    /^(\/[^*]+)\/([^/*]*)\*([^/*]*)$/.exec(name) ?? [];
  if (folder === "") return call.unsupported("a pattern of squid");
  if (!isFolder(call.root, folder)) return [];
  return call.root
    .list(folder)
    .filter((each) => each.startsWith(before) && each.endsWith(after) && !each.startsWith("."))
    .map((each) => `${folder}/${each}`);
}

function say(call: CommandCall, text: string): void {
  const time = new Date(call.now * 1000).toISOString().replace("T", " ").slice(0, 19);
  call.stderr.write(`${time.replaceAll("-", "/")}| ${text}\n`);
}
