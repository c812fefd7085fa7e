import { byKey } from "../../../order.ts";
import { fromBytes, toBytes } from "../../scripts/bytes.ts";
import type { Command } from "../../scripts/command.ts";
import { below, isFolder } from "../../scripts/commands/paths.ts";
import { complain } from "../../scripts/commands/report.ts";

/** `helpztags` of vim: where the words of Vim's help are, by language. */
export const helpztags: Command = (call) => {
  const { root, args } = call;
  if (args.length === 0) return complain(call, "Error: no directories given.");
  // The original keeps what it found, so that a later folder has the words of those before.
  const tags = new Map<string, Map<string, string>>();
  for (const given of args) {
    const folder = call.path(given);
    if (!isFolder(root, folder)) continue;
    call.stdout.write(`Processing ${given}\n`);
    const names = root.list(folder).filter((name) => !name.startsWith("."));
    if (names.some((name) => name.endsWith(".gz"))) return call.unsupported("help that is packed");
    const texts = names.filter((name) => /^[\w.-]+\.txt$/.test(name));
    const others = names.filter((name) => /^[\w.-]+\.[A-Za-z]{2}x$/.test(name));
    for (const name of [...texts, ...others]) {
      const path = below(folder, name);
      if (root.stat(path)?.kind !== "file") continue;
      const language = /\.([A-Za-z]{2})x$/.exec(name)?.[1];
      const file = language === undefined ? "tags" : `tags-${language}`;
      const found = tags.get(file) ?? new Map<string, string>();
      tags.set(file, found);
      const text = fromBytes(root.read(path));
      call.countSteps(1 + (text.length >> 4));
      for (const [, tag = ""] of text.matchAll(
        /(?<![^ \t\n\r\f\v])\*([^* \t\n\r\f\v|]+)\*(?![^ \t\n\r\f\v])/g,
      )) {
        found.set(tag, name);
      }
    }
    for (const [file, found] of tags) {
      const lines = [...found]
        .toSorted(byKey)
        .map(([tag, name]) => `${tag}\t${name}\t/*${tag.replaceAll("\\", "\\\\")}*\n`);
      if (lines.length > 0) root.write(below(folder, file), toBytes(lines.join("")), 0o644);
    }
  }
  return 0;
};
