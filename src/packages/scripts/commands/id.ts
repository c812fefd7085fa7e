import type { Command } from "../command.ts";
import { findUser, groupsOf } from "./accounts.ts";
import { groupName } from "./describe-node.ts";
import { readOptions } from "./options.ts";
import { complain, quoted } from "./report.ts";

const rootUser = { name: "root", uid: 0, gid: 0 };

export const id: Command = (call) => {
  const { has, operands } = readOptions(call, {
    user: "-u --user",
    group: "-g --group",
    groups: "-G --groups",
    name: "-n --name",
    real: "-r --real",
    zero: "-z --zero",
    context: "-Z --context",
    ignored: "-a",
  });
  if (has("context"))
    return complain(call, "--context (-Z) works only on an SELinux-enabled kernel");
  const [named] = operands;
  const user = named === undefined ? rootUser : findUser(call.root, named);
  if (user === undefined) return complain(call, `${quoted(named ?? "")}: no such user`);
  const others = groupsOf(call.root)
    .filter(({ members, gid }) => members.includes(user.name) && gid !== user.gid)
    .map(({ gid }) => gid);
  const ids = [user.gid, ...others];
  const shown = (gid: number): string => (has("name") ? groupName(call.root, gid) : String(gid));
  const end = has("zero") ? "\0" : "\n";
  if (has("user")) call.stdout.write((has("name") ? user.name : String(user.uid)) + end);
  else if (has("group")) call.stdout.write(shown(user.gid) + end);
  else if (has("groups")) call.stdout.write(ids.map(shown).join(" ") + end);
  else {
    const list = ids.map((gid) => `${gid}(${groupName(call.root, gid)})`);
    call.stdout.write(
      `uid=${user.uid}(${user.name}) gid=${list[0] ?? ""} groups=${list.join(",")}\n`,
    );
  }
  return 0;
};

export const whoami: Command = (call) => {
  call.stdout.write("root\n");
  return 0;
};

export const groups: Command = (call) => {
  if (call.args.length === 0) return call.run(["id", "-Gn"]);
  let status = 0;
  for (const name of call.args) {
    if (findUser(call.root, name) !== undefined) call.stdout.write(`${name} : `);
    status = Math.max(status, call.run(["id", "-Gn", name]));
  }
  return status;
};
