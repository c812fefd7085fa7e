import type { Command } from "../../scripts/command.ts";
import { usersOf } from "../../scripts/commands/accounts.ts";
import { readOptions } from "../../scripts/commands/options.ts";
import { complain } from "../../scripts/commands/report.ts";
import { setFields } from "./files.ts";

/** Where the comment stands in a line of /etc/passwd. */
const COMMENT = 4;

/** `chfn`: parts of an account's comment. It always writes four, and a fifth when there is one. */
export const chfn: Command = (call) => {
  const { value, operands } = readOptions(call, {
    name: "-f= --full-name=",
    room: "-r= --room=",
    work: "-w= --work-phone=",
    home: "-h= --home-phone=",
    other: "-o= --other=",
  });
  const user = usersOf(call.root).find((each) => each.name === (operands[0] ?? "root"));
  if (user === undefined) return complain(call, `user '${operands[0] ?? ""}' does not exist`);
  const [name = "", room = "", work = "", home = "", ...others] = user.gecos.split(",");
  const other = value("other") ?? others.join(",");
  const comment = [
    value("name") ?? name,
    value("room") ?? room,
    value("work") ?? work,
    value("home") ?? home,
    ...(other === "" ? [] : [other]),
  ].join(",");
  setFields(call, "passwd", user.name, new Map([[COMMENT, comment]]));
  return 0;
};
