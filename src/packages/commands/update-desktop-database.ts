import { byKey } from "../../order.ts";
import { toBytes } from "../scripts/bytes.ts";
import type { Command, CommandCall } from "../scripts/command.ts";
import { readOptions } from "../scripts/commands/options.ts";
import { below, isFolder } from "../scripts/commands/paths.ts";
import { readLinesToMatch } from "./lines-file.ts";

/** Kinds of media that the original lets through; any name may be below them. */
const MEDIA_TYPE =
  /^(?:application|audio|chemical|font|image|inode|message|model|multipart|text|video|x-content|x-epoc|x-scheme-handler)\/[A-Za-z0-9!#$&.+^_-]+$/;

/** `update-desktop-database` of desktop-file-utils: which programs of desktops open what. */
export const updateDesktopDatabase: Command = (call) => {
  const { operands } = readOptions(call, { quiet: "-q --quiet", verbose: "-v --verbose" });
  const folders = operands.length === 0 ? ["/usr/share/applications"] : operands;
  for (const folder of folders.map((name) => call.path(name))) {
    if (!isFolder(call.root, folder)) continue;
    const programs = new Map<string, Set<string>>();
    for (const { id, path } of desktopFiles(call, folder, "")) {
      for (const type of typesOf(call, path)) {
        programs.set(type, (programs.get(type) ?? new Set()).add(id));
      }
    }
    const lines = [...programs]
      .toSorted(byKey)
      .map(([type, ids]) => `${type}=${[...ids].toSorted().join(";")};\n`);
    const cache = below(folder, "mimeinfo.cache");
    if (call.root.lstat(cache) !== undefined) call.root.remove(cache);
    call.root.write(cache, toBytes(["[MIME Cache]\n", ...lines].join("")), 0o644);
  }
  return 0;
};

interface DesktopFile {
  /** Its path, with dashes for slashes. */
  readonly id: string;
  readonly path: string;
}

function* desktopFiles(call: CommandCall, folder: string, prefix: string): Generator<DesktopFile> {
  for (const name of call.root.list(folder)) {
    call.countSteps(1);
    const path = below(folder, name);
    if (isFolder(call.root, path)) yield* desktopFiles(call, path, `${prefix}${name}-`);
    else if (name.endsWith(".desktop")) yield { id: prefix + name, path };
  }
}

/** The media types in a file's own group; none for one that is hidden or no key file. */
function typesOf(call: CommandCall, path: string): readonly string[] {
  if (call.root.stat(path)?.kind !== "file") return [];
  let group: string | undefined;
  const keys = new Map<string, string>();
  for (const line of readLinesToMatch(call, path)) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    const name = /^\s*\[([^[\]]+)\]\s*$/.exec(line)?.[1];
    if (name !== undefined) {
      group = name;
      continue;
    }
    const equals = line.indexOf("=");
    const key = line.slice(0, Math.max(0, equals)).trim();
    const value = line.slice(equals + 1).trimStart();
    if (group === undefined || key === "") return [];
    if (group === "Desktop Entry") keys.set(key, value);
  }
  if (keys.get("Hidden") === "true") return [];
  const types = (keys.get("MimeType") ?? "")
    .split(";")
    .map((type) => type.replaceAll(String.raw`\s`, " ").replace(/[ \t\r]+$/, ""));
  return types.filter((type) => MEDIA_TYPE.test(type));
}
