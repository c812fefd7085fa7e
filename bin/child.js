import { spawn } from "node:child_process";
import { constants } from "node:os";

/**
 * Run a program in this one's place: same terminal, same signals, same exit code.
 *
 * This process stays until the other has cleaned up. A signal that a terminal or a supervisor sends to
 * the whole group reaches the other twice, once from here; it takes the second for an echo.
 */
export function runChild(command, commandArguments) {
  const child = spawn(command, commandArguments, { stdio: "inherit" });
  const forward = (signal) => child.kill(signal);
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      for (const each of signals) process.off(each, forward);
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}
