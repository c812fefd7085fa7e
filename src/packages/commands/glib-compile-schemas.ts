import { fromBytes } from "../scripts/bytes.ts";
import type { Command } from "../scripts/command.ts";
import { readOptions } from "../scripts/commands/options.ts";
import { below } from "../scripts/commands/paths.ts";
import { complain } from "../scripts/commands/report.ts";
import { formatGvdb } from "./glib/gvdb.ts";
import { Schemas } from "./glib/schemas.ts";
import { countLines } from "./lines-file.ts";

/**
 * `glib-compile-schemas`: the settings of programs as one file, `gschemas.compiled`. A schema that
 * does not follow the format stops the script, where the original leaves its whole file out.
 */
export const glibCompileSchemas: Command = (call) => {
  const { value, operands } = readOptions(call, {
    target: "--targetdir=",
    anyName: "--allow-any-name",
  });
  const { root } = call;
  const [given] = operands;
  if (given === undefined || operands.length > 1) {
    return complain(call, "You should give exactly one directory name");
  }
  const folder = call.path(given);
  const target = below(call.path(value("target") ?? given), "gschemas.compiled");
  const names = root.list(folder);
  const read = (name: string): string => {
    const text = fromBytes(root.read(below(folder, name)));
    call.countSteps(1 + (text.length >> 6));
    return text;
  };
  const files = [
    ...names.filter((name) => name.endsWith(".enums.xml")),
    ...names.filter((name) => name.endsWith(".gschema.xml")),
  ];
  if (files.length === 0) {
    if (root.stat(target) !== undefined) root.remove(target);
    return 0;
  }
  const schemas = new Schemas();
  for (const name of files) {
    try {
      schemas.add(read(name));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return call.unsupported(`settings that can be read: ${name}: ${error.message}`);
    }
  }
  for (const name of names.filter((each) => each.endsWith(".gschema.override"))) {
    let group = "";
    const lines = read(name).split("\n");
    countLines(call, lines);
    // A file with a line of another kind is passed over as a whole.
    if (!lines.every((line) => /^\s*(?:$|#|\[|[^=\s][^=]*=)/.test(line))) continue;
    for (const line of lines) {
      group = /^\[([^[\]]+)\]\s*$/.exec(line)?.[1] ?? group;
      const [, key, text = ""] = /^([^#=[\]\s][^=[\]]*)=(.*)$/s.exec(line) ?? [];
      if (key !== undefined) schemas.override(group, key.trimEnd(), text.trim());
    }
  }
  const content = formatGvdb(schemas.table());
  // A new file is put in the place of the one before.
  if (root.stat(target) !== undefined) root.remove(target);
  root.write(target, content, 0o644);
  return 0;
};
