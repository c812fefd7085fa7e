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
  const { has, value, given, operands } = readOptions(call, {
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

  // Recursion changes links themselves; with `-H` it follows those that are named, and changes what
  // the others lead to unless there is `-h`.
  const isRecursive = has("recursive");
  const follow = given.findLast(({ name }) => name.startsWith("follow"))?.name;
  const isFollowing = isRecursive && follow === "followOperands";
  const isLinkItself = has("linkItself") || (isRecursive && !isFollowing);
  const change = (path: string): void => {
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
      const path = call.path(name);
      const isThere = isLinkItself ? root.lstat(path) : root.stat(path);
      if (isThere === undefined) {
        return complain(quiet, `cannot access ${quoted(name)}: No such file or directory`);
      }
      change(path);
      if (!isRecursive || (isFollowing && root.stat(path) === undefined)) return 0;
      const top = isFollowing ? root.realpath(path) : path;
      for (const each of tree(root, top)) {
        call.countSteps();
        if (each !== top && (isLinkItself || root.stat(each) !== undefined)) {
          change(each);
        }
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
  if (group === "") {
    const gid = findUser(root, user)?.gid;
    // The group of a number that is nobody's is not known.
    if (user !== "" && gid === undefined) return complain(call, `invalid spec: ${quoted(written)}`);
    return { uid, gid };
  }
  const gid = groupId(root, group);
  if (gid === undefined) return complain(call, `invalid group: ${quoted(written)}`);
  return { uid, gid };
}
