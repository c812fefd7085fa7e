import type { Command, CommandCall } from "../command.ts";
import { groupId, findUser, userId } from "./accounts.ts";
import { baseName, readOptions } from "./options.ts";
import { tree } from "./paths.ts";
import { complain, forEach, quoted } from "./report.ts";

interface NewOwner {
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

/** `chown` and `chgrp`. */
export const chown: Command = (call) => {
  const { root } = call;
  const { has, value, operands } = readOptions(call, {
    recursive: "-R --recursive",
    linkItself: "-h --no-dereference",
    dereference: "--dereference",
    quiet: "-f --silent --quiet",
    followOperands: "-H",
    followNone: "-P",
    from: "--from=",
    reference: "--reference=",
    preserveRoot: "--preserve-root",
  });
  const quiet = has("quiet") ? { ...call, stderr: { write: () => {} } } : call;
  const reference = value("reference");
  const names = reference === undefined ? operands.slice(1) : operands;
  if (names.length === 0) return complain(quiet, "missing operand");
  const owner =
    reference === undefined ? ownerOf(quiet, operands[0] ?? "") : root.stat(call.path(reference));
  if (owner === undefined) return complain(quiet, `failed to get attributes of ${reference ?? ""}`);
  if (typeof owner === "number") return owner;
  const from = value("from");
  const onlyFrom = from === undefined ? {} : ownerOf(quiet, from);
  if (typeof onlyFrom === "number") return onlyFrom;

  // Recursion follows no link, and changes the links that it meets themselves.
  const isRecursive = has("recursive");
  const change = (path: string, isLinkItself: boolean): void => {
    const status = isLinkItself ? root.lstat(path) : root.stat(path);
    const isOther =
      (onlyFrom.uid !== undefined && onlyFrom.uid !== status?.uid) ||
      (onlyFrom.gid !== undefined && onlyFrom.gid !== status?.gid);
    if (!isOther) root.chown(path, { uid: owner.uid, gid: owner.gid, isLinkItself });
  };
  return forEach(
    quiet,
    names,
    (name) => {
      let path = call.path(name);
      const isLinkItself = has("linkItself");
      const isThere = isLinkItself ? root.lstat(path) : root.stat(path);
      if (isThere === undefined) {
        return complain(quiet, `cannot access ${quoted(name)}: No such file or directory`);
      }
      if (!isRecursive) {
        change(path, isLinkItself);
        return 0;
      }
      if (has("followOperands")) path = root.realpath(path);
      for (const each of tree(root, path)) {
        call.countSteps(1);
        change(each, true);
      }
      return 0;
    },
    (name) => `changing ownership of ${quoted(name)}`,
  );
};

/** `user`, `user:group`, `:group`, `user:` for the group of the user; for chgrp a group. */
function ownerOf(call: CommandCall, written: string): NewOwner | number {
  const { root } = call;
  if (baseName(call.name) === "chgrp") {
    if (written === "") return {};
    const gid = groupId(root, written);
    return gid === undefined ? complain(call, `invalid group: ${quoted(written)}`) : { gid };
  }
  const separator = written.includes(":") ? ":" : ".";
  // A dot separates only where the whole is not a user's name, as in old scripts.
  const isWhole = separator === "." && userId(root, written) !== undefined;
  const at = isWhole ? -1 : written.indexOf(separator);
  if (separator === "." && at !== -1) {
    complain(call, `warning: '.' should be ':': ${quoted(written)}`);
  }
  const user = at === -1 ? written : written.slice(0, at);
  const group = at === -1 ? undefined : written.slice(at + 1);
  const uid = user === "" ? undefined : userId(root, user);
  if (user !== "" && uid === undefined) return complain(call, `invalid user: ${quoted(written)}`);
  if (group === undefined) return { uid };
  if (group === "") return { uid, gid: user === "" ? undefined : findUser(root, user)?.gid };
  const gid = groupId(root, group);
  if (gid === undefined) return complain(call, `invalid group: ${quoted(written)}`);
  return { uid, gid };
}
