import { toBytes } from "../../../scripts/bytes.ts";
import type { Command, CommandCall } from "../../../scripts/command.ts";
import { readOptions } from "../../../scripts/commands/options.ts";
import { readLines } from "../../../commands/lines-file.ts";

const MAIN = "/etc/postfix/main.cf";

/** What settings are that main.cf does not have, as far as scripts ask. */
const DEFAULTS: Readonly<Record<string, string>> = {
  default_transport: "smtp",
  relay_transport: "relay",
  alias_database: "hash:/etc/aliases",
  alias_maps: "hash:/etc/aliases",
};

/** `postconf`: `-e NAME=VALUE …` edits main.cf, `-h NAME` tells a setting. */
export const postconf: Command = (call) => {
  const { has, operands } = readOptions(call, {
    edit: "-e",
    bare: "-h",
    expand: "-x",
  });
  if (has("edit")) return edit(call, operands);
  const [name = ""] = operands;
  if (!has("bare") || operands.length !== 1) return call.unsupported("postconf without -e or -h");
  const value = settingOf(call, name);
  if (value === undefined) return call.unsupported(`the default of Postfix's ${name}`);
  if (has("expand") && value.includes("$")) return call.unsupported("settings that name others");
  call.stdout.write(`${value}\n`);
  return 0;
};

/** A setting of main.cf, or its default; undefined where that is not known. */
export function settingOf(call: CommandCall, name: string): string | undefined {
  let value = Object.hasOwn(DEFAULTS, name) ? DEFAULTS[name] : undefined;
  let isOwn = false;
  // The last one counts.
  for (const { line, kind, setting } of linesOfMain(call)) {
    if (kind === "setting") isOwn = setting === name;
    if (kind === "comment" || !isOwn) continue;
    value =
      kind === "setting" ? line.slice(line.indexOf("=") + 1).trim() : `${value} ${line.trim()}`;
  }
  return value?.trim();
}

interface MainLine {
  readonly line: string;
  /** A comment may stand between the lines of a setting. */
  readonly kind: "setting" | "continued" | "comment";
  /** The name. */
  readonly setting?: string;
}

function linesOfMain(call: CommandCall): readonly MainLine[] {
  const { root } = call;
  if (root.stat(MAIN)?.kind !== "file") return call.unsupported("Postfix without its main.cf");
  return readLines(call, MAIN).map((line) => {
    if (/^\s*(?:#|$)/.test(line)) return { line, kind: "comment" };
    if (/^\s/.test(line)) return { line, kind: "continued" };
    const [, setting] = /^([\w.-]+)\s*=/.exec(line) ?? [];
    if (setting === undefined) return call.unsupported("a line of main.cf of another form");
    return { line, kind: "setting", setting };
  });
}

/** Settings that are there are replaced in place, the others come at the end. */
function edit(call: CommandCall, operands: readonly string[]): number {
  const wanted = new Map<string, string>();
  for (const operand of operands) {
    const equals = operand.indexOf("=");
    const name = operand.slice(0, Math.max(0, equals)).trim();
    const value = operand.slice(equals + 1).trim();
    if (!/^\S+$/.test(name) || value.includes("\n")) return call.unsupported("postconf -e of this");
    wanted.set(name, value);
  }
  const missing = new Map(wanted);
  const lines: string[] = [];
  let isReplaced = false;
  for (const { line, kind, setting = "" } of linesOfMain(call)) {
    const value = wanted.get(setting);
    if (kind === "setting") isReplaced = value !== undefined;
    if (kind === "setting" && value !== undefined) lines.push(`${setting} = ${value}`);
    else if (kind !== "continued" || !isReplaced) lines.push(line);
    missing.delete(setting);
  }
  // It takes those from a table, in an order of its own.
  if (missing.size > 1) return call.unsupported("several new settings of Postfix at once");
  for (const [name, value] of missing) lines.push(`${name} = ${value}`);
  call.root.write(MAIN, toBytes(lines.map((line) => `${line}\n`).join("")));
  return 0;
}
