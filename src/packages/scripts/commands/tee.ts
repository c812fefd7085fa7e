import type { Command } from "../command.ts";
import { readOptions } from "./options.ts";
import { forEach } from "./report.ts";

export const tee: Command = (call) => {
  const { has, operands } = readOptions(call, {
    append: "-a --append",
    ignoreInterrupts: "-i --ignore-interrupts",
    pipes: "-p",
  });
  const content = call.stdin.readAll();
  call.stdout.write(content);
  return forEach(
    call,
    operands,
    (name) => call.openOutput(name, has("append") ? "append" : "write").write(content),
    (name) => name,
  );
};
