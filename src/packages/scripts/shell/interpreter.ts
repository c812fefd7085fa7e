import { findBuiltin } from "./builtins/table.ts";
import { evaluate } from "./execute/evaluate.ts";
import { runProgram, runTableCommand } from "./execute/program.ts";
import type { Interpreter } from "./execute/shell.ts";
import { substitute } from "./execute/subshell.ts";
import { runText } from "./execute/text.ts";

/** The parts of the interpreter that need each other, put together. */
export const interpreter: Interpreter = {
  evaluate,
  substitute,
  runText,
  runProgram,
  findBuiltin,
  runSource: (shell, path, args) => {
    const command = shell.world.sources.get(path);
    if (command === undefined) return 127;
    const env = shell.variables.environment();
    return runTableCommand(shell, command, { argv: [path, ...args], env });
  },
};
