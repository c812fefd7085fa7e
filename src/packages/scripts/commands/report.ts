import type { CommandCall } from "../command.ts";
import { RootError } from "../root.ts";
import { baseName } from "./options.ts";

/** Prints `name: text` as an error. Gives 1, the status of a command that failed. */
export function complain(call: CommandCall, text: string): 1 {
  call.stderr.write(`${baseName(call.name)}: ${text}\n`);
  return 1;
}

/** Does it for each item, goes on behind one that the root refuses, and says so as coreutils do. */
export function forEach<Item>(
  call: CommandCall,
  items: Iterable<Item>,
  act: (item: Item) => void | number,
  refused: (item: Item) => string,
): number {
  let status = 0;
  for (const item of items) {
    call.countSteps();
    try {
      status = Math.max(status, act(item) ?? 0);
    } catch (error) {
      if (!(error instanceof RootError)) throw error;
      status = complain(call, `${refused(item)}: ${error.message}`);
    }
  }
  return status;
}

/** As coreutils write names in messages of the C locale. */
export function quoted(name: string): string {
  return `'${name}'`;
}
