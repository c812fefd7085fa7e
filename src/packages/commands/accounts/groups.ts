import type { Command } from "../../scripts/command.ts";
import { groupsOf, usersOf } from "../../scripts/commands/accounts.ts";
import { readOptions } from "../../scripts/commands/options.ts";
import {
  addGroup,
  editAccounts,
  keepBefore,
  nextNumber,
  removeAccount,
  setMember,
  takenGids,
} from "./files.ts";
import { isAccountName, isAccountNumber, refuse } from "./refuse.ts";

/** `groupadd`: a group, with the number asked for or the next free one. */
export const groupadd: Command = (call) => {
  const { has, value, operands } = readOptions(call, {
    force: "-f --force",
    gid: "-g= --gid=",
    key: "-K= --key=",
    same: "-o --non-unique",
    system: "-r --system",
    password: "-p= --password=",
  });
  const [name = ""] = operands;
  if (has("key") || has("password")) return call.unsupported("groupadd -K or -p");
  if (operands.length !== 1) return refuse(call, "usage", "needs one name");
  const number = value("gid");
  if (number !== undefined && !isAccountNumber(number)) {
    return refuse(call, "bad-argument", `invalid group ID '${number}'`);
  }
  if (!isAccountName(name)) {
    return refuse(call, "bad-argument", `'${name}' is not a valid group name`);
  }
  if (groupsOf(call.root).some((group) => group.name === name)) {
    return has("force") ? 0 : refuse(call, "name-in-use", `group '${name}' already exists`);
  }
  const taken = takenGids(call);
  const asked = number === undefined ? undefined : Number(number);
  const isTaken = asked !== undefined && taken.has(asked) && !has("same");
  if (isTaken && !has("force")) return refuse(call, "in-use", `GID '${asked}' already exists`);
  const gid =
    isTaken || asked === undefined
      ? nextNumber(call, { kind: "GID", isSystem: has("system") })
      : asked;
  if (gid === undefined) return refuse(call, "in-use", "no more GIDs are available");
  addGroup(call, { name, gid });
  return 0;
};

/** `groupmod -n`. */
export const groupmod: Command = (call) => {
  const { value, operands } = readOptions(call, {
    gid: "-g= --gid=",
    name: "-n= --new-name=",
    same: "-o",
  });
  const [name = ""] = operands;
  if (!groupsOf(call.root).some((group) => group.name === name)) {
    return refuse(call, "not-there", `group '${name}' does not exist`);
  }
  if (value("gid") !== undefined) return call.unsupported("groupmod -g");
  const to = value("name");
  if (to === undefined) {
    keepBefore(call, "/etc/group");
    return 0;
  }
  if (!isAccountName(to)) {
    return refuse(call, "bad-argument", `invalid group name '${to}'`);
  }
  if (groupsOf(call.root).some((group) => group.name === to)) {
    return refuse(call, "name-in-use", `group '${to}' already exists`);
  }
  for (const file of ["group", "gshadow"] as const) {
    editAccounts(call, file, (lines) => {
      const { own = [], other = [] } = Object.groupBy(lines, (line) =>
        line.startsWith(`${name}:`) ? "own" : "other",
      );
      return [...other, ...own.map((line) => to + line.slice(name.length))];
    });
  }
  return 0;
};

/** `groupdel`: not the primary group of a user. */
export const groupdel: Command = (call) => {
  const { operands } = readOptions(call, { force: "-f --force" });
  const [name = ""] = operands;
  if (operands.length !== 1) return refuse(call, "usage", "needs one name");
  const group = groupsOf(call.root).find((each) => each.name === name);
  if (group === undefined) return refuse(call, "not-there", `group '${name}' does not exist`);
  if (usersOf(call.root).some(({ gid }) => gid === group.gid)) {
    return refuse(call, "primary-group", `cannot remove the primary group of user`);
  }
  removeAccount(call, "group", name);
  return 0;
};

/** `gpasswd -a` and `-d`: a user into a group, or out of it. */
export const gpasswd: Command = (call) => {
  const { value, operands } = readOptions(call, {
    add: "-a= --add=",
    remove: "-d= --delete=",
    members: "-M=",
  });
  const [group = ""] = operands;
  const user = value("add") ?? value("remove");
  if (user === undefined) return call.unsupported("gpasswd without -a or -d");
  if (!groupsOf(call.root).some((each) => each.name === group)) {
    return refuse(call, "bad-argument", `group '${group}' does not exist in /etc/group`);
  }
  setMember(call, { user, group, isMember: value("add") !== undefined });
  return 0;
};
