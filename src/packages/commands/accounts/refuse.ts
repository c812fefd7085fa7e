import type { CommandCall } from "../../scripts/command.ts";
import { baseName } from "../../scripts/commands/options.ts";

/** Exit statuses of the tools of shadow. Source: useradd(8), groupdel(8). */
const STATUSES = {
  "bad-argument": 3,
  "in-use": 4,
  "not-there": 6,
  "primary-group": 8,
  "name-in-use": 9,
};

/** Says why a tool of shadow does not do what it was asked for, and gives its exit status. */
export function refuse(call: CommandCall, reason: keyof typeof STATUSES, text: string): number {
  call.stderr.write(`${baseName(call.name)}: ${text}\n`);
  return STATUSES[reason];
}
