import type { Command, CommandTable } from "../../scripts/command.ts";
import { chfn } from "./chfn.ts";
import { gpasswd, groupadd, groupdel, groupmod } from "./groups.ts";
import { passwd } from "./passwords.ts";
import { accountCheck, accountShadow } from "./shadow-files.ts";
import { useradd, type UseraddRules } from "./useradd.ts";
import { userdel } from "./userdel.ts";
import { chsh, usermod } from "./usermod.ts";

/** The programs of shadow, which every distribution has. */
export function accountCommands(rules: UseraddRules): CommandTable {
  return new Map<string, Command>([
    ["chfn", chfn],
    ["chsh", chsh],
    ["gpasswd", gpasswd],
    ["groupadd", groupadd],
    ["groupdel", groupdel],
    ["groupmod", groupmod],
    ["grpck", accountCheck],
    ["grpconv", accountShadow],
    ["passwd", passwd],
    ["pwck", accountCheck],
    ["pwconv", accountShadow],
    ["useradd", useradd(rules)],
    ["userdel", userdel],
    ["usermod", usermod],
  ]);
}
