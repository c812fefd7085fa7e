import { gunzipSync } from "node:zlib";
import { compareTexts } from "../../../order.ts";
import { fromBytes, toBytes } from "../../scripts/bytes.ts";
import type { Command, CommandCall } from "../../scripts/command.ts";
import { linesOf } from "../../scripts/commands/lines.ts";
import { below, isFolder } from "../../scripts/commands/paths.ts";
import { readLines } from "../../commands/lines-file.ts";

/** What a file of an encoding may grow to when it is unpacked. */
const LARGEST = 4 * 1024 * 1024;

/**
 * `mkfontscale -b -s -l`, which is `mkfontdir`: the list of a folder's fonts for an X server, of
 * those that `fonts.scale` names, and the list of encodings. Fonts made of pixels would have to be
 * read; a folder with such stops the script.
 *
 * Source: mkfontscale 1.2.2, mkfontscale.c; what it wrote for lists of our own.
 */
export const mkfontscale: Command = (call) => {
  const { root } = call;
  const encodings: string[] = [];
  const folders: string[] = [];
  const switches = new Set<string>();
  for (let at = 0; at < call.args.length; at++) {
    const arg = call.args[at] ?? "";
    if (arg === "-e") encodings.push(call.args[(at += 1)] ?? "");
    else if (arg.startsWith("-")) switches.add(arg);
    else folders.push(call.path(arg));
  }
  const isKnown = [...switches].toSorted().join(" ") === "-b -l -s";
  if (!isKnown || folders.length === 0) return call.unsupported("mkfontscale by itself");
  for (const folder of folders) {
    if (!isFolder(root, folder)) return 1;
    if (root.list(folder).some((name) => /\.(?:bdf|fnt|fon|pcf|snf)(?:\.\w+)?$/i.test(name))) {
      return call.unsupported("fonts made of pixels");
    }
    replace(call, below(folder, "fonts.dir"), scalableFonts(call, folder));
    if (encodings.length > 0) {
      const lines = encodings.flatMap((each) => encodingsIn(call, call.path(each)));
      replace(call, below(folder, "encodings.dir"), inOrder(lines));
    }
  }
  return 0;
};

/** The fonts of `fonts.scale`: as many as its first line says, each name once, in small letters. */
function scalableFonts(call: CommandCall, folder: string): readonly string[] {
  const [count, ...lines] = readLines(call, below(folder, "fonts.scale"));
  if (count === undefined) return [];
  const isWritten = lines.every((line) => /^\S+ \S.*$/.test(line));
  if (!/^\d+$/.test(count) || !isWritten) call.unsupported("fonts.scale of another form");
  const fonts = new Map<string, string>();
  for (const line of lines.slice(0, Number(count))) {
    const [, file = "", name = ""] = /^(\S+) (.*)$/.exec(line) ?? [];
    if (!fonts.has(name)) fonts.set(name, `${file} ${name.toLowerCase()}`);
  }
  return inOrder([...fonts.values()]);
}

/** A line for each name of each encoding of a folder. */
function encodingsIn(call: CommandCall, folder: string): readonly string[] {
  const { root } = call;
  if (!isFolder(root, folder)) return [];
  return root.list(folder).flatMap((name) => {
    const path = below(folder, name);
    if (!/\.enc(?:\.gz)?$/.test(name)) return [];
    const bytes = root.read(path);
    const content = name.endsWith(".gz") ? unpacked(call, bytes) : bytes;
    call.countSteps(1 + (content.length >> 12));
    const lines = linesOf(fromBytes(content));
    const names = lines.flatMap((line) => /^(?:STARTENCODING|ALIAS)\s+(\S+)/.exec(line)?.[1] ?? []);
    return names.map((each) => `${each} ${path}`);
  });
}

function unpacked(call: CommandCall, bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: LARGEST });
  } catch {
    return call.unsupported("an encoding that cannot be unpacked");
  }
}

/** Lines in the order of their first words, and then of the others. */
function inOrder(lines: readonly string[]): readonly string[] {
  return lines.toSorted(compareTexts);
}

function replace({ root }: CommandCall, path: string, lines: readonly string[]): void {
  if (root.lstat(path) !== undefined) root.remove(path);
  const text = [String(lines.length), ...lines].map((line) => `${line}\n`).join("");
  root.write(path, toBytes(text), 0o644);
}
