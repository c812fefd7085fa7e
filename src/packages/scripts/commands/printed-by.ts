import { fromBytes } from "../bytes.ts";
import type { CommandCall } from "../command.ts";

/** What a command prints, a string of bytes. */
export function printedBy(call: CommandCall, argv: Parameters<CommandCall["run"]>[0]): string {
  const pieces: string[] = [];
  call.run(argv, {
    stdout: {
      write: (content) =>
        void pieces.push(typeof content === "string" ? content : fromBytes(content)),
    },
  });
  return pieces.join("");
}
