import type { Command, CommandCall } from "../command.ts";
import type { NodeStatus } from "../root.ts";
import { groupName, kindName, modeString, sizeOf, userName } from "./describe-node.ts";
import { formatDate } from "./format-date.ts";
import { readOptions } from "./options.ts";
import { complain, quoted } from "./report.ts";

export const stat: Command = (call) => {
  const { root } = call;
  const { has, value, operands } = readOptions(call, {
    dereference: "-L --dereference",
    format: "-c= --format=",
    printf: "--printf=",
  });
  const format = value("format");
  const printf = value("printf");
  const template = printf ?? format;
  if (template === undefined) return call.unsupported("stat without -c");
  if (operands.length === 0) return complain(call, "missing operand");
  let status = 0;
  for (const name of operands) {
    const path = call.path(name);
    const node = has("dereference") ? root.stat(path) : root.lstat(path);
    if (node === undefined) {
      status = complain(call, `cannot statx ${quoted(name)}: No such file or directory`);
      continue;
    }
    const text = template.replaceAll(/%[-#0+ ]*\d*(.)/g, (directive, letter: string) => {
      if (directive.length > 2) return call.unsupported(`${directive} of stat`);
      return described(call, { name, path, node }, letter);
    });
    const escaped =
      printf === undefined ? `${text}\n` : text.replaceAll("\\n", "\n").replaceAll("\\t", "\t");
    call.stdout.write(escaped);
  }
  return status;
};

function described(
  call: CommandCall,
  { name, path, node }: { readonly name: string; readonly path: string; readonly node: NodeStatus },
  letter: string,
): string {
  const { root } = call;
  switch (letter) {
    case "a":
      return node.mode.toString(8);
    case "A":
      return modeString(node);
    case "u":
      return String(node.uid);
    case "g":
      return String(node.gid);
    case "U":
      return nameOrUnknown(userName(root, node.uid));
    case "G":
      return nameOrUnknown(groupName(root, node.gid));
    case "s":
      return String(sizeOf(node));
    case "n":
      return name;
    case "N":
      return node.kind === "symlink"
        ? `${quoted(name)} -> ${quoted(root.readlink(path))}`
        : quoted(name);
    case "F":
      return kindName(node);
    case "X":
    case "Y":
    case "Z":
      return String(node.mtime);
    case "x":
    case "y":
    case "z":
      return formatDate("%Y-%m-%d %H:%M:%S.000000000 +0000", node.mtime) ?? "";
    // All of the root is on one device.
    case "d":
      return "1";
    case "i":
      return String(node.inode);
    case "h":
      return String(node.links);
    case "%":
      return "%";
    default:
      return call.unsupported(`%${letter} of stat`);
  }
}

function nameOrUnknown(name: string): string {
  return /^\d+$/.test(name) ? "UNKNOWN" : name;
}
