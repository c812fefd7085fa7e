import { fromBytes, toBytes } from "../../scripts/bytes.ts";
import type { Command } from "../../scripts/command.ts";
import { makeFolders } from "../../scripts/commands/mkdir.ts";
import { readOptions } from "../../scripts/commands/options.ts";
import { below, folderOf, isFolder } from "../../scripts/commands/paths.ts";
import { complain } from "../../scripts/commands/report.ts";
import { formatMimeCache } from "../../commands/mime/cache.ts";
import { formatLists } from "../../commands/mime/lists.ts";
import { lowered, MediaTypes } from "../../commands/mime/media-types.ts";
import { formatTypeFile } from "../../commands/mime/type-file.ts";
import { readStatus } from "./status.ts";

/** Kinds of media whose folders are looked through for types that are no more. */
const MEDIA = [
  "all",
  "uri",
  "print",
  "text",
  "application",
  "image",
  "audio",
  "inode",
  "video",
  "message",
  "model",
  "multipart",
  "x-content",
  "x-epoc",
  "x-scheme-handler",
  "font",
];

/** `update-mime-database` of shared-mime-info: lists, a cache and a file for each media type. */
export const updateMimeDatabase: Command = (call) => {
  const { root } = call;
  // With `-n` it looks at times first, which are those of packages here.
  const { operands } = readOptions(call, { ifNewer: "-n", verbose: "-V" });
  const [given] = operands;
  if (given === undefined || operands.length > 1) return complain(call, "needs one folder");
  const folder = call.path(given);
  const sources = below(folder, "packages");
  if (!isFolder(root, sources)) return complain(call, `Directory '${sources}' does not exist!`);
  const media = new MediaTypes();
  const names = root.list(sources).filter((name) => name.endsWith(".xml"));
  const [last, others] = [true, false].map((isLast) =>
    names.filter((name) => (name === "Override.xml") === isLast),
  );
  for (const name of [...(others ?? []), ...(last ?? [])]) {
    const text = fromBytes(root.read(below(sources, name)));
    call.countSteps(1 + (text.length >> 4));
    try {
      media.add(text, (fault) => void complain(call, `${name}: ${fault}`));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return call.unsupported(`media types of ${name}: ${error.message}`);
    }
  }
  const write = (path: string, content: string | Uint8Array): void => {
    call.countSteps(1 + (content.length >> 8));
    // New files are put in the place of those before.
    if (root.lstat(path) !== undefined) root.remove(path);
    root.write(path, typeof content === "string" ? toBytes(content) : content, 0o644);
  };
  for (const kind of MEDIA.map((each) => below(folder, each))) {
    for (const name of isFolder(root, kind) ? root.list(kind) : []) {
      if (name.endsWith(".xml")) root.remove(below(kind, name));
    }
  }
  for (const [type, elements] of media.types) {
    const path = below(folder, `${lowered(type)}.xml`);
    makeFolders({ ...call, umask: 0o022 }, folderOf(path));
    write(path, formatTypeFile(type, elements));
  }
  for (const [name, content] of formatLists(media)) write(below(folder, name), content);
  write(below(folder, "mime.cache"), formatMimeCache(media));
  const entry = readStatus(root).find((each) => each.get("package") === "shared-mime-info");
  const version = /^(?:\d+:)?([^-]+)/.exec(entry?.get("version") ?? "")?.[1];
  if (version === undefined) return call.unsupported("the version of shared-mime-info");
  write(below(folder, "version"), `${version}\n`);
  return 0;
};
