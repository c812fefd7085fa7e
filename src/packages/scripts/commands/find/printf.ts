import type { CommandCall } from "../../command.ts";
import { groupName, modeString, sizeOf, userName } from "../describe-node.ts";
import { folderOf, lastName } from "../paths.ts";
import type { FoundPath } from "./expression.ts";

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", "0": "\0", "\\": "\\" };
const LETTERS: Readonly<Record<string, string>> = {
  file: "f",
  directory: "d",
  symlink: "l",
  device: "c",
};

/** The format of `-printf`, filled. */
export function filledPrintf(call: CommandCall, format: string, found: FoundPath): string {
  const { root } = call;
  const { name, path, start, depth, status } = found;
  return format.replaceAll(/\\(.)|%(.)/gs, (whole, escape?: string, directive?: string) => {
    if (escape !== undefined) return ESCAPES[escape] ?? whole;
    switch (directive) {
      case "p":
        return name;
      case "P":
        return name.slice(start.length).replace(/^\/+/, "");
      case "f":
        return lastName(name);
      case "h":
        return folderOf(name);
      case "H":
        return start;
      case "d":
        return String(depth);
      case "m":
        return status.mode.toString(8);
      case "M":
        return modeString(status);
      case "u":
        return userName(root, status.uid);
      case "g":
        return groupName(root, status.gid);
      case "U":
        return String(status.uid);
      case "G":
        return String(status.gid);
      case "s":
        return String(sizeOf(status));
      case "y":
        return LETTERS[status.kind] ?? "";
      case "l":
        return status.kind === "symlink" ? root.readlink(path) : "";
      case "i":
        return String(status.inode);
      case "n":
        return String(status.links);
      case "%":
        return "%";
      default:
        return call.unsupported(`${whole} of find -printf`);
    }
  });
}
