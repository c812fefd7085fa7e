import type { Command } from "../command.ts";
import { readOptions } from "./options.ts";

export const tee: Command = (call) => {
  const { has, operands } = readOptions(call, {
    append: "-a --append",
    ignoreInterrupts: "-i --ignore-interrupts",
    pipes: "-p",
  });
  const outputs = operands.map((name) => call.openOutput(name, has("append") ? "append" : "write"));
  const content = call.stdin.readAll();
  for (const output of [call.stdout, ...outputs]) output.write(content);
  return 0;
};
