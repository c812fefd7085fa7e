import type { Command, CommandCall } from "../../scripts/command.ts";
import { readOptions } from "../../scripts/commands/options.ts";
import { below, folderOf, isFolder } from "../../scripts/commands/paths.ts";
import { readLinesToMatch } from "../../commands/lines-file.ts";

const CONFIGURATION = "/etc/postgresql";

/** How deep files may include each other. */
const DEPTH = 10;

/** `pg_lsclusters` of postgresql-common where no cluster is: an image has the server alone. */
export const pgLsclusters: Command = (call) => {
  const { has, operands } = readOptions(call, { noHeader: "-h --no-header" });
  const { root } = call;
  const namesIn = (folder: string): readonly string[] =>
    isFolder(root, folder) ? root.list(folder).map((name) => below(folder, name)) : [];
  const clusters = namesIn(CONFIGURATION).flatMap(namesIn);
  if (clusters.some((cluster) => root.stat(below(cluster, "postgresql.conf")) !== undefined))
    return call.unsupported("the clusters of PostgreSQL");
  if (!has("noHeader") || operands.length > 0) return call.unsupported("pg_lsclusters without -h");
  return 0;
};

/** `pg_conftool FILE show NAME` of postgresql-common. */
export const pgConftool: Command = (call) => {
  const { has, operands } = readOptions(call, {
    boolean: "-b --boolean",
    short: "-s --short",
    verbose: "-v --verbose",
  });
  const [file = "", verb, name = ""] = operands;
  const isKnown =
    operands.length === 3 && file.startsWith("/") && /^(?:show|get)$/.test(verb ?? "");
  if (!isKnown || name === "all") return call.unsupported("pg_conftool for a cluster");
  let value = settingsIn(call, file, 0).get(name);
  if (value === undefined) {
    if (has("verbose")) call.stdout.write(`# ${name} not found in ${file}\n`);
    return 1;
  }
  if (has("boolean")) value = isOn(value) ? "on" : "off";
  if (!has("short")) return call.unsupported("pg_conftool without -s");
  call.stdout.write(`${value}\n`);
  return 0;
};

/** Names are in lower case in files that end in `.conf`. */
function settingsIn(call: CommandCall, file: string, depth: number): Map<string, string> {
  const { root } = call;
  const settings = new Map<string, string>();
  if (root.stat(file)?.kind !== "file") return settings;
  if (depth > DEPTH) return call.unsupported("files of settings that include each other");
  const include = (path: string): void => {
    for (const [name, value] of settingsIn(call, path, depth + 1)) settings.set(name, value);
  };
  for (const line of readLinesToMatch(call, file)) {
    if (/^\s*(?:#.*)?$/.test(line)) continue;
    const [, kind, written = ""] =
      /^\s*include(_dir|_if_exists)?\s*=?\s*'([^']+)'\s*(?:#.*)?$/i.exec(line) ?? [];
    if (written !== "") {
      const path = written.startsWith("/") ? written : below(folderOf(file), written);
      if (kind?.toLowerCase() !== "_dir") include(path);
      else if (isFolder(root, path)) {
        const names = root.list(path).filter((name) => /^[^.].*\.conf$/.test(name));
        for (const name of names) include(below(path, name));
      }
      continue;
    }
    const [, name, quoted, plain = ""] =
      /^\s*([\w.-]+)(?:\s*=\s*|\s+)(?:'((?:[^'\\]|''|\\.)*)'|(-?\w[\w.:/+-]*))\s*(?:#.*)?$/.exec(
        line,
      ) ?? [];
    if (name === undefined) return call.unsupported("settings of another form");
    settings.set(
      file.endsWith(".conf") ? name.toLowerCase() : name,
      quoted?.replaceAll(/\\(.)/g, "$1").replaceAll("''", "'") ?? plain,
    );
  }
  return settings;
}

function isOn(value: string): boolean {
  return /^(?:on|true|yes|1)$/i.test(value);
}
