import type { Command } from "../../scripts/command.ts";
import { groupsOf, usersOf } from "../../scripts/commands/accounts.ts";
import { readOptions } from "../../scripts/commands/options.ts";
import { removeAccount, setMember } from "./files.ts";
import { refuse } from "./refuse.ts";

/** `userdel`, with what it is a member of, and the group of its own. */
export const userdel: Command = (call) => {
  const { has, operands } = readOptions(call, { force: "-f --force", remove: "-r --remove" });
  const [name = ""] = operands;
  if (has("remove")) return call.unsupported("userdel -r");
  if (operands.length !== 1) return refuse(call, "usage", "needs one name");
  const user = usersOf(call.root).find((each) => each.name === name);
  if (user === undefined) return refuse(call, "not-there", `user '${name}' does not exist`);
  removeAccount(call, "user", name);
  for (const group of groupsOf(call.root)) {
    if (group.members.includes(name))
      setMember(call, { user: name, group: group.name, isMember: false });
  }
  // A group of the user's own goes with it.
  const own = groupsOf(call.root).find((group) => group.name === name);
  const isUsed = usersOf(call.root).some(({ gid }) => gid === own?.gid);
  if (own !== undefined && own.gid === user.gid && own.members.length === 0 && !isUsed) {
    removeAccount(call, "group", name);
  }
  return 0;
};
