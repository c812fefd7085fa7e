import type { Command, CommandCall } from "../../scripts/command.ts";
import { readOptions } from "../../scripts/commands/options.ts";
import { editAccounts } from "./files.ts";

/** Puts `!` before the password of /etc/shadow, once. */
export function lockPassword(call: CommandCall, name: string): void {
  editAccounts(call, "shadow", (lines) =>
    lines.map((line) => {
      const [user, password = "", ...rest] = line.split(":");
      if (user !== name || password.startsWith("!")) return line;
      return [user, `!${password}`, ...rest].join(":");
    }),
  );
}

/** Takes the lock away; a password that is nothing but the lock stays locked. */
export function unlockPassword(call: CommandCall, name: string): void {
  editAccounts(call, "shadow", (lines) =>
    lines.map((line) => {
      const [user, password = "", ...rest] = line.split(":");
      if (user !== name || !/^!./.test(password)) return line;
      return [user, password.slice(1), ...rest].join(":");
    }),
  );
}

/** `passwd -l`. */
export const passwd: Command = (call) => {
  const { has, given, operands } = readOptions(call, { lock: "-l --lock", quiet: "-q --quiet" });
  const [name] = operands;
  if (!has("lock") || given.length > 2 || name === undefined)
    return call.unsupported("passwd without -l");
  lockPassword(call, name);
  return 0;
};
