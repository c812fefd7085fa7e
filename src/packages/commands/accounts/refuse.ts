import type { CommandCall } from "../../scripts/command.ts";
import { baseName } from "../../scripts/commands/options.ts";

/** Exit statuses of the tools of shadow. Source: useradd(8), groupdel(8). */
const STATUSES = {
  usage: 2,
  "bad-argument": 3,
  "in-use": 4,
  "not-there": 6,
  "primary-group": 8,
  "name-in-use": 9,
};

/**
 * Whether a text can be the name of an account: what Debian's shadow takes. It refuses what would
 * break the files. Source: its `is_valid_name`, recorded.
 */
export function isAccountName(name: string): boolean {
  return /^[^-+~:,/\s][^:,/\s]{0,31}$/.test(name);
}

/** Whether a text is the number of an account. */
export function isAccountNumber(text: string): boolean {
  return /^\d+$/.test(text) && Number(text) < 0xff_ff_ff_ff;
}

/** Says why a tool of shadow does not do what it was asked for, and gives its exit status. */
export function refuse(call: CommandCall, reason: keyof typeof STATUSES, text: string): number {
  call.stderr.write(`${baseName(call.name)}: ${text}\n`);
  return STATUSES[reason];
}
